import { answered } from "../api.ts";
import { defineCommand } from "../command.ts";
import type { Row } from "../output/table.ts";
import { bytes, duration } from "../output/units.ts";

export const showMemory = defineCommand({
  args: {},
  examples: [{ line: "shared-ollama memory", about: "What models take, and which leaves next" }],
  json: { operation: "systemMemory" },
  run: async (cli) => {
    const memory = await answered(cli.api.GET("/api/v1/system/memory"));
    cli.show(memory, ({ machine, models, next, room, rules, ...figures }, out) => {
      const lines: [string, string][] = [
        ["Machine", `${bytes(machine.total_bytes)}, ${bytes(machine.available_bytes)} available`],
        ...(machine.video_bytes ? [["Graphics", bytes(machine.video_bytes)] as [string, string]] : []),
        [
          "Models",
          `${bytes(figures.used_bytes)} of ${bytes(figures.limit_bytes)}, ` +
            `${bytes(figures.free_bytes)} free`,
        ],
        ...(room ? [["Room", roomInWords(room)] as [string, string]] : []),
        ...(next ? [["Leaves next", `${next.name}${leaves(next.in)}`] as [string, string]] : []),
        ...(rules === "all" ? [] : [["Note", RULES[rules]] as [string, string]]),
      ];
      for (const [name, text] of lines) out.line(`${out.style.dim(name.padEnd(11))}  ${text}`);
      if (models.length === 0) {
        out.note("No model is in memory.");
        return;
      }
      out.line();
      out.table(
        [
          { head: "NAME", shrinks: true },
          { head: "MEMORY", align: "right" },
          { head: "ON GPU", align: "right" },
          { head: "WORKS ON", align: "right" },
          { head: "IDLE", align: "right" },
          { head: "KEPT" },
        ],
        models.map((model): Row => [
          model.name,
          bytes(model.bytes + model.vram_bytes),
          model.vram_bytes === 0 ? "–" : bytes(model.vram_bytes),
          model.running === 0 ? "–" : String(model.running),
          model.running > 0 ? "–" : duration(model.idle * 1000),
          keptFor(model),
        ]),
      );
    });
  },
});

const RULES = {
  seen: "another program's Ollama: only models that this service alone uses are unloaded",
  none: "a server on another machine: the service unloads nothing",
} as const;

function roomInWords(room: { bytes: number; would_leave: string[] }): string {
  const leaving = room.would_leave.length > 0 ? `, if ${room.would_leave.join(" and ")} leave` : "";
  return `${bytes(room.bytes)} for a further model${leaving}`;
}

function leaves(seconds: number | null): string {
  return seconds === null ? ", when room is needed" : ` in ${duration(seconds * 1000)}`;
}

function keptFor(model: { pinned: boolean; kept: boolean; managed: boolean }): string {
  if (model.pinned) return "pinned";
  if (!model.managed) return "not ours";
  return model.kept ? "asked for" : "";
}
