import { join } from "node:path";
import { multistream, pino, type Logger } from "pino";
import { ServiceError } from "../errors/service-error.ts";
import { MAX_LINE_BYTES } from "./bounded-lines.ts";
import { cutText, errorFields } from "./error-fields.ts";
import { LogFile } from "./log-file.ts";
import { RefusalLog } from "./refusal-log.ts";

/** The log files of the service, in one folder. */
export interface LogFiles {
  access: LogFile;
  events: LogFile;
  performance: LogFile;
  server: LogFile;
  serverErrors: LogFile;
  /** Events of the service itself: `service.log`, and from `error` on `api.error.log`. */
  service: Logger;
  /** Tells the service log of a request that failed: a fault with its stack, refusals counted. */
  requestFailed: (err: unknown, requestId: string) => void;
  close(): Promise<void>;
}

interface OpenLogsOptions {
  home: string;
  level: "debug" | "info" | "warn" | "error";
  onFault: (err: Error) => void;
}

/** Opens all log files under `<home>/logs`. Close them last: stopping parts still write. */
export function openLogs({ home, level, onFault }: OpenLogsOptions): LogFiles {
  const open = (name: string): LogFile =>
    new LogFile({ folder: join(home, "logs"), name, onFault });
  const files = {
    access: open("api.log"),
    events: open("requests.jsonl"),
    performance: open("performance.jsonl"),
    server: open("ollama.log"),
    serverErrors: open("ollama.error.log"),
  };
  const serviceFile = open("service.log");
  const errorFile = open("api.error.log");
  const service = serviceLogger(level, serviceFile, errorFile);
  const refusals = new RefusalLog({
    write: (counted) => service.error(counted, "requests refused"),
  });
  return {
    ...files,
    service,
    requestFailed: (err, requestId) => {
      const isKnown = err instanceof ServiceError && err.code !== "internal_error";
      if (isKnown) refusals.add(err, requestId);
      else service.error({ err, request_id: requestId }, "request failed");
    },
    close: async () => {
      refusals.flush();
      await Promise.all([...Object.values(files), serviceFile, errorFile].map((f) => f.close()));
    },
  };
}

/** A log whose lines have an end: see `MAX_LINE_BYTES`. */
export function serviceLogger(
  level: OpenLogsOptions["level"],
  all: Pick<LogFile, "write">,
  errors: Pick<LogFile, "write">,
): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: (err) => errorFields(err) },
    },
    multistream([
      { level, stream: { write: (line: string) => all.write(boundedLine(line)) } },
      { level: "error", stream: { write: (line: string) => errors.write(boundedLine(line)) } },
    ]),
  );
}

/** A line that is too long becomes one that still is JSON, with what matters and its beginning. */
function boundedLine(line: string): string {
  if (line.length * 3 <= MAX_LINE_BYTES || Buffer.byteLength(line) <= MAX_LINE_BYTES) return line;
  const { level, time, msg } = JSON.parse(line) as Record<string, unknown>;
  return `${JSON.stringify({ level, time, msg: cutText(String(msg), 300), cut: line.slice(0, 1000) })}\n`;
}
