import { extname } from "node:path";
import { answered, streamed } from "../api.ts";
import { WrongUse } from "../cli-error.ts";
import type { Cli } from "../cli.ts";
import { defineCommand } from "../command.ts";
import { showAnalytics } from "./analytics-screen.ts";
import { exportTo } from "./export-file.ts";
import { lookBack, WINDOW_ARGS } from "./window.ts";

/** What a file's name says that it holds. */
const FORMATS = { ".json": "json", ".csv": "csv", ".parquet": "parquet" } as const;

export const analytics = defineCommand({
  about:
    "How many requests, whose, how they ended and how long they took. The files of --export and --export-csv hold one line a request.",
  args: {
    ...WINDOW_ARGS,
    export: {
      type: "string",
      description: "Write the requests to a file: .json, .csv or .parquet",
      valueHint: "FILE",
      required: false,
    },
    "export-csv": {
      type: "string",
      description: "Write the requests to a file as CSV, whatever its name",
      valueHint: "FILE",
      required: false,
    },
  },
  examples: [
    { line: "shared-ollama analytics", about: "Of all records that are kept" },
    { line: "shared-ollama analytics --window 1440", about: "The last day, by hour" },
    {
      line: "shared-ollama analytics --project story-machine --export /tmp/requests.parquet",
      about: "A project's requests, for a notebook",
    },
  ],
  json: { operation: "analytics" },
  run: async (cli, args) => {
    const query = lookBack(args.window, cli.flags.project);
    const exports = [
      ...(args.export === undefined ? [] : [{ file: args.export, format: formatOf(args.export) }]),
      ...(args["export-csv"] === undefined
        ? []
        : [{ file: args["export-csv"], format: "csv" as const }]),
    ];
    for (const each of exports) await write(cli, query, each);
    if (exports.length > 0 && !cli.flags.json) return;
    const { signal } = cli;
    const found = await answered(cli.api.GET("/api/v1/analytics", { params: { query }, signal }));
    cli.show(found, showAnalytics);
  },
});

type Format = (typeof FORMATS)[keyof typeof FORMATS];

async function write(
  { api, signal, out }: Cli,
  query: ReturnType<typeof lookBack>,
  { file, format }: { file: string; format: Format },
): Promise<void> {
  const params = { query: { ...query, format } };
  const body = await streamed(api.GET("/api/v1/analytics/export", { params, signal }));
  await exportTo(file, body, signal);
  out.note(`Written: ${file}`);
}

function formatOf(file: string): Format {
  const end = extname(file).toLowerCase();
  if (end in FORMATS) return FORMATS[end as keyof typeof FORMATS];
  throw new WrongUse(`--export ${file}: its name has to end with .json, .csv or .parquet`);
}
