import type { LogFile } from "./log-file.ts";
import type { RequestEnd, RequestRecord } from "./request-record.ts";

/** What the log line takes from the request itself. */
export interface RequestLine {
  peer: string;
  method: string;
  target: string;
  userAgent: string | undefined;
  referrer: string | undefined;
}

interface RequestLogFiles {
  access: Pick<LogFile, "write">;
  events: Pick<LogFile, "write">;
}

/**
 * Writes a line to `logs/api.log` (the usual combined format, then duration and request id) and
 * an event to `logs/requests.jsonl` for each request, when it has ended.
 */
export class RequestLog {
  readonly #files: RequestLogFiles;

  constructor(files: RequestLogFiles) {
    this.#files = files;
  }

  write(record: RequestRecord, end: RequestEnd, line: RequestLine): void {
    const tookMs = record.elapsedMs.toFixed(1);
    const time = new Date(record.startedAtMs).toISOString();
    const status = end.complete ? end.status : `${end.status || 499}!`;
    this.#files.access.write(
      `${line.peer} - ${record.tenant || "-"} [${time}] "${line.method} ${quoted(line.target)} HTTP/1.1" ` +
        `${status} ${end.bytes} "${quoted(line.referrer)}" "${quoted(line.userAgent)}" ` +
        `${tookMs}ms ${record.id}\n`,
    );
    this.#files.events.write(`${JSON.stringify(eventOf(record, end, line, time))}\n`);
  }
}

function eventOf(record: RequestRecord, end: RequestEnd, line: RequestLine, time: string): object {
  return {
    event: "http_request",
    timestamp: time,
    request_id: record.id,
    client_ip: line.peer,
    project_name: record.project ?? "unknown",
    tenant: record.tenant,
    method: line.method,
    path: line.target,
    status_code: end.status,
    client_left: !end.complete,
    bytes: end.bytes,
    latency_ms: rounded(record.elapsedMs),
    operation: record.operation,
    model: record.model,
    stream: record.operation === undefined ? undefined : record.streamed,
    queue_ms: rounded(record.queueMs),
    model_load_ms: rounded(record.loadMs),
    first_ms: rounded(record.firstMs),
    error_code: record.errorCode,
    error_message: record.errorMessage,
  };
}

function rounded(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 1000) / 1000;
}

/** Paths and headers come from outside: nothing of them may look like another line or field. */
function quoted(value: string | undefined): string {
  return value === undefined ? "-" : value.replaceAll(/["\\\p{Cc}]/gu, escaped);
}

function escaped(char: string): string {
  if (char === '"' || char === "\\") return `\\${char}`;
  return `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
}
