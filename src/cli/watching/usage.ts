import { answered, streamed } from "../api.ts";
import type { components } from "../api-types.d.ts";
import { defineCommand } from "../command.ts";
import type { Output } from "../output/output.ts";
import type { Row } from "../output/table.ts";
import { count, duration, percent } from "../output/units.ts";
import { exportTo } from "./export-file.ts";
import { lookBack, WINDOW_ARGS } from "./window.ts";

type Used = components["schemas"]["Usage"]["usage"][number];

export const usage = defineCommand({
  about: "By day, project and model, the newest day first. Days are those of UTC.",
  args: {
    ...WINDOW_ARGS,
    "export-csv": {
      type: "string",
      description: "Write it to a file, as CSV",
      valueHint: "FILE",
      required: false,
    },
  },
  examples: [
    { line: "shared-ollama usage", about: "Of all days that are kept" },
    {
      line: "shared-ollama usage --window 10080 --project story-machine",
      about: "A project's week",
    },
    { line: "shared-ollama usage --export-csv /tmp/usage.csv", about: "For a spreadsheet" },
  ],
  json: { operation: "usage" },
  run: async (cli, args) => {
    const { api, signal, flags } = cli;
    const query = lookBack(args.window, flags.project);
    const file = args["export-csv"];
    if (file !== undefined) {
      const params = { query: { ...query, format: "csv" as const } };
      const body = await streamed(api.GET("/api/v1/usage", { params, signal }));
      await exportTo(file, body, signal);
      cli.out.note(`Written: ${file}`);
      if (!flags.json) return;
    }
    const found = await answered(api.GET("/api/v1/usage", { params: { query }, signal }));
    cli.show(found, ({ usage: used }, out) => showUsage(used, out));
  },
});

function showUsage(used: Used[], out: Output): void {
  if (used.length === 0) {
    out.line("Nobody has used anything in this time.");
    return;
  }
  const newest = used.toSorted(
    (a, b) => b.day.localeCompare(a.day) || b.inference_seconds - a.inference_seconds,
  );
  // Without a cache nothing is: names have more room then.
  const isSaved = used.some((row) => row.saved_seconds > 0);
  out.table(
    [
      { head: "Day" },
      { head: "Project", shrinks: true },
      { head: "Model", shrinks: true },
      { head: "Requests", align: "right", spare: true },
      { head: "Tokens", align: "right" },
      { head: "Inference", align: "right" },
      ...(isSaved ? [{ head: "Saved", align: "right", spare: true } as const] : []),
      { head: "Share", align: "right", spare: true },
    ],
    newest.map((row, at) => rowOf(row, newest[at - 1]?.day !== row.day, isSaved)),
  );
}

function rowOf(row: Used, isFirstOfDay: boolean, showsSaved: boolean): Row {
  return [
    isFirstOfDay ? row.day : "",
    row.project,
    row.model,
    count(row.requests),
    count(row.input_tokens + row.output_tokens),
    duration(row.inference_seconds * 1000),
    ...(showsSaved ? [row.saved_seconds > 0 ? duration(row.saved_seconds * 1000) : ""] : []),
    row.share === null ? "" : percent(row.share),
  ];
}
