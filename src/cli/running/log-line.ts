import type { Style, StyleName } from "../output/style.ts";
import { oneLine } from "../output/text.ts";
import { count, duration } from "../output/units.ts";
import type { Level, LogRecord } from "./log-record.ts";

const STYLES: Record<Level, StyleName> = { debug: "dim", info: "good", warn: "warn", error: "bad" };

/** A line of a log for people. */
export function logLine(found: LogRecord, style: Style): string {
  const { level, time } = found;
  const mark = style.apply(STYLES[level], level.padEnd(5));
  return `${style.dim(clock(time))} ${mark} ${oneLine(message(found))}`;
}

/** The day is in the file; on the screen is the time of this machine. */
function clock(time: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return time;
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
}

function message({ file, record }: LogRecord): string {
  switch (file) {
    case "service.log":
      return serviceMessage(record);
    case "performance.jsonl":
      return performanceMessage(record);
    case "requests.jsonl":
      return requestMessage(record);
  }
}

/** What pino writes by itself, and what is said otherwise. */
const SAID = new Set(["level", "time", "msg", "err"]);

function serviceMessage(record: Record<string, unknown>): string {
  const more = Object.entries(record)
    .filter(([name]) => !SAID.has(name))
    .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  const err = record["err"] as { message?: unknown } | undefined;
  const cause = typeof err?.message === "string" ? [`– ${err.message}`] : [];
  return [text(record["msg"]), ...cause, ...more].join(" ");
}

function requestMessage(record: Record<string, unknown>): string {
  const took = Number(record["latency_ms"]);
  const tokens = record["output_tokens"];
  const parts = [
    record["method"] === undefined ? text(record["event"]) : text(record["method"]),
    text(record["path"]),
    text(record["status_code"]),
    Number.isFinite(took) ? duration(took) : "",
    text(record["project_name"]),
    text(record["model"]),
    typeof tokens === "number" ? `${count(tokens)} tokens` : "",
    text(record["error_code"]),
    text(record["request_id"]),
  ];
  return parts.filter((part) => part !== "").join(" ");
}

function performanceMessage(record: Record<string, unknown>): string {
  const ms = (name: string, said: string): string => {
    const value = record[name];
    return typeof value === "number" ? `${said} ${duration(value)}` : "";
  };
  const speed = record["tokens_per_second"];
  const parts = [
    text(record["operation"]),
    text(record["model"]),
    ms("load_time_ms", "load"),
    ms("prompt_eval_time_ms", "prompt"),
    ms("generation_time_ms", "answer"),
    typeof speed === "number" ? `${speed.toFixed(1)} tokens/s` : "",
    text(record["request_id"]),
  ];
  return parts.filter((part) => part !== "").join(" ");
}

function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
