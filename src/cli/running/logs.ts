import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Cli } from "../cli.ts";
import { NotFound, WrongUse } from "../cli-error.ts";
import { defineCommand } from "../command.ts";
import { homeOf } from "../home.ts";
import { refuseUrl } from "./local-service.ts";
import { FollowedFile } from "./follow-file.ts";
import { lastRecords } from "./last-records.ts";
import { logLine } from "./log-line.ts";
import { LEVELS, LOG_NAMES, recordOf, type LogName, type LogRecord } from "./log-record.ts";

const LOOK_EVERY_MS = 200;
const MOST_LINES = 100_000;

export const logs = defineCommand({
  about:
    "The service's own events and its requests, by time, from logs/service.log, requests.jsonl and performance.jsonl of SHARED_OLLAMA_HOME on this machine, those that were set aside included. A request that was refused is a warning, one that failed an error. It needs no running service.",
  args: {
    follow: { type: "boolean", alias: "f", description: "Go on with what is added, until Ctrl-C" },
    lines: {
      type: "string",
      alias: "n",
      valueHint: "N",
      default: "50",
      description: "How many of the last lines",
    },
    level: {
      type: "enum",
      options: [...LEVELS],
      default: "info",
      description: "The least severe that are shown",
    },
    request: {
      type: "string",
      valueHint: "REQUEST",
      description: "All lines of one request, of every level",
    },
  },
  examples: [
    { line: "shared-ollama logs --lines 20", about: "What happened last" },
    { line: "shared-ollama logs --level warn --json", about: "What went wrong, for a program" },
  ],
  json: {
    lines: true,
    schema: {
      type: "object",
      required: ["time", "level", "file", "request_id", "record"],
      additionalProperties: false,
      properties: {
        time: { type: "string", description: "ISO 8601" },
        level: { enum: [...LEVELS] },
        file: { enum: [...LOG_NAMES] },
        request_id: { type: ["string", "null"] },
        record: { type: "object", description: "The line as it was written" },
      },
    },
  },
  run: async (cli, { follow, lines, level, request }) => {
    refuseUrl(cli, "logs");
    const folder = join(homeOf(cli.env), "logs");
    const wanted = (record: LogRecord): boolean =>
      request === undefined
        ? LEVELS.indexOf(record.level) >= LEVELS.indexOf(level)
        : record.request_id === request;
    // Where the last ones end, what is added begins.
    const files = LOG_NAMES.map((name) => ({ name, file: new FollowedFile(join(folder, name)) }));
    const ends: Partial<Record<LogName, number>> = {};
    if (follow) for (const { name, file } of files) ends[name] = await file.begin();
    else if (!LOG_NAMES.some((name) => existsSync(join(folder, name)))) {
      throw new NotFound(`There are no logs in ${folder}: SHARED_OLLAMA_HOME names another folder`);
    }
    const most = request === undefined ? linesOf(lines) : MOST_LINES;
    const found = lastRecords({ folder, most, wanted, holding: request ?? "", ends });
    for (const record of found) write(cli, record);
    if (!follow) {
      if (request !== undefined && found.length === 0) {
        throw new NotFound(`No log in ${folder} has the request ${request}`);
      }
      return;
    }
    for (;;) {
      for (const { name, file } of files) {
        for (const line of await file.more()) {
          const record = recordOf(name, line);
          if (record && wanted(record)) write(cli, record);
        }
      }
      await pause(LOOK_EVERY_MS);
    }
  },
});

function write({ flags, out }: Cli, record: LogRecord): void {
  if (flags.json) out.jsonLine(record);
  else out.line(logLine(record, out.style));
}

function linesOf(text: string): number {
  const lines = Number(text);
  if (text.trim() !== "" && Number.isInteger(lines) && lines >= 0 && lines <= MOST_LINES) {
    return lines;
  }
  throw new WrongUse(`--lines ${text}: expected a whole number, 0 to ${MOST_LINES}`);
}
