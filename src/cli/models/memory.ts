import { answered } from "../api.ts";
import { defineCommand } from "../command.ts";
import { showFacts, type Fact } from "../output/facts.ts";
import type { Row } from "../output/table.ts";
import { duration, memorySize } from "../output/units.ts";

export const showMemory = defineCommand({
  args: {},
  examples: [{ line: "shared-ollama memory", about: "What models take, and which leaves next" }],
  json: { operation: "systemMemory" },
  run: async (cli) => {
    const memory = await answered(cli.api.GET("/api/v1/system/memory"));
    cli.show(memory, ({ machine, models, next, room, rules, ...figures }, out) => {
      const facts: Fact[] = [
        [
          "Machine",
          `${memorySize(machine.total_bytes)}, ${memorySize(machine.available_bytes)} available`,
        ],
        ...(machine.video_bytes ? [["Graphics", memorySize(machine.video_bytes)] as Fact] : []),
        [
          "Models",
          `${memorySize(figures.used_bytes)} of ${memorySize(figures.limit_bytes)}, ` +
            `${memorySize(figures.free_bytes)} free`,
        ],
        ...(room ? [["Room", roomInWords(room)] as Fact] : []),
        ...(next ? [["Leaves next", `${next.name}${leaves(next.in)}`] as Fact] : []),
        ...(rules === "all" ? [] : [["Note", RULES[rules]] as Fact]),
      ];
      showFacts(facts, out);
      if (models.length === 0) {
        out.note("No model is in memory.");
        return;
      }
      out.line();
      out.table(
        [
          { head: "Name", shrinks: true },
          { head: "Memory", align: "right" },
          { head: "On GPU", align: "right", spare: true },
          { head: "Works on", align: "right", spare: true },
          { head: "Idle", align: "right", spare: true },
          { head: "Kept" },
        ],
        models.map((model): Row => [
          model.name,
          memorySize(model.bytes + model.vram_bytes),
          model.vram_bytes === 0 ? "–" : memorySize(model.vram_bytes),
          model.running === 0 ? "–" : String(model.running),
          model.running > 0 ? "–" : duration(model.idle * 1000),
          keptFor(model),
        ]),
      );
    });
  },
});

const RULES = {
  seen: "an Ollama that others use, too: only models that the service alone uses are unloaded",
  none: "a server on another machine: the service unloads none of its models",
} as const;

function roomInWords(room: { bytes: number; would_leave: string[] }): string {
  const names = room.would_leave;
  const verb = names.length === 1 ? "leaves" : "leave";
  const leaving = names.length === 0 ? "" : `, if ${names.join(" and ")} ${verb}`;
  return `${memorySize(room.bytes)} for a further model${leaving}`;
}

function leaves(seconds: number | null): string {
  return seconds === null ? ", when room is needed" : ` in ${duration(seconds * 1000)}`;
}

function keptFor(model: { pinned: boolean; kept: boolean; managed: boolean }): string {
  if (model.pinned) return "pinned";
  if (!model.managed) return "not ours";
  return model.kept ? "asked for" : "";
}
