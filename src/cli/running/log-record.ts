/** How severe a line is. */
export const LEVELS = ["debug", "info", "warn", "error"] as const;
export type Level = (typeof LEVELS)[number];

/** The logs whose lines are JSON. */
export const LOG_NAMES = ["service.log", "requests.jsonl", "performance.jsonl"] as const;
export type LogName = (typeof LOG_NAMES)[number];

/** A line of a log. */
export interface LogRecord {
  /** ISO 8601. */
  time: string;
  level: Level;
  file: LogName;
  /** Null where it is about none. */
  request_id: string | null;
  /** The line as it was written. */
  record: Record<string, unknown>;
}

/** A line as a record; undefined for one that is cut off, or no JSON. */
export function recordOf(file: LogName, line: string): LogRecord | undefined {
  const record = parsed(line);
  const time = record?.["timestamp"] ?? record?.["time"];
  if (!record || typeof time !== "string") return undefined;
  const id = record["request_id"];
  return {
    time,
    level: levelOf(file, record),
    file,
    request_id: typeof id === "string" ? id : null,
    record,
  };
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function levelOf(file: LogName, record: Record<string, unknown>): Level {
  if (file === "service.log") return pinoLevel(Number(record["level"]));
  // Each of these lines stands beside one of requests.jsonl.
  if (file === "performance.jsonl") return "debug";
  const status = Number(record["status_code"]);
  if (status >= 500) return "error";
  return status >= 400 || record["error_code"] !== undefined ? "warn" : "info";
}

/** As pino counts: 20, 30, 40, 50, 60. */
function pinoLevel(level: number): Level {
  if (level >= 50) return "error";
  if (level >= 40) return "warn";
  return level >= 30 ? "info" : "debug";
}
