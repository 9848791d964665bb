import { answered } from "../api.ts";
import { defineCommand } from "../command.ts";
import type { Output } from "../output/output.ts";
import { oneLine, wrap } from "../output/text.ts";
import { bytes, count, duration, recentTime } from "../output/units.ts";
import { wholeId } from "./find-request.ts";

export const show = defineCommand({
  about: "Its id is in the header X-Shared-Ollama-Request-Id; the first characters are enough.",
  args: {
    id: {
      type: "positional",
      description: "Its id, or how that begins",
      valueHint: "REQUEST",
      required: true,
    },
  },
  examples: [
    {
      line: "shared-ollama requests show $(shared-ollama requests list --json | grep -m1 -o '[0-9a-f-]\\{36\\}')",
      about: "Where the last one's time went",
    },
  ],
  json: { operation: "getRequest" },
  run: async (cli, args) => {
    const id = await wholeId(cli, args.id);
    const params = { path: { id } };
    const found = await answered(cli.api.GET("/api/v1/requests/{id}", { params }));
    cli.show(found, showRequest);
  },
});

interface Shown {
  request_id: string;
  summary: string;
}

/** How a fact is called, and how it is read. Those that a request does not have are left out. */
const FACTS: [key: string, name: string, show: (value: never) => string][] = [
  ["state", "State", String],
  ["ended", "Ended", String],
  ["status", "Status", String],
  ["error_code", "Error", String],
  ["started_at", "Began", recentTime],
  ["project", "Project", String],
  ["client", "Client", String],
  ["route", "Route", String],
  ["operation", "Operation", String],
  ["model", "Model", String],
  ["host", "Host", String],
  ["took_ms", "Took", duration],
  ["queue_ms", "Waited for a place", duration],
  ["waited_behind", "Behind", (value: number) => `${count(value)} requests`],
  ["load_ms", "Waited for its model", duration],
  ["first_ms", "To the first byte", duration],
  ["prompt_ms", "Prompt", duration],
  ["generation_ms", "Generation", duration],
  ["input_tokens", "Tokens in", count],
  ["output_tokens", "Tokens out", count],
  ["tokens_per_second", "Tokens/s", (value: number) => value.toFixed(1)],
  ["context", "Context", (value: number) => `${count(value)} tokens`],
  ["cache", "Cache", String],
  ["saved_ms", "Saved", duration],
  ["images", "Images", count],
  ["image_bytes_saved", "Saved of images", bytes],
];

function showRequest(found: Shown, out: Output): void {
  out.line(out.style.head(found.request_id));
  for (const line of wrap(oneLine(found.summary), Math.min(out.columns, 80))) out.line(line);
  out.line();
  const facts = found as unknown as Record<string, unknown>;
  const widest = Math.max(...FACTS.map(([, name]) => name.length));
  for (const [key, name, read] of FACTS) {
    const value = facts[key];
    if (value === null || value === undefined) continue;
    out.line(`${out.style.dim(name.padEnd(widest))}  ${oneLine(read(value as never))}`);
  }
}
