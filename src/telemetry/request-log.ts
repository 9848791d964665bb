import { savedBytes, type ImageFacts } from "../images/image-compressor.ts";
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
    const status = end.complete ? end.status : `${end.status || 499}!`;
    this.#files.access.write(
      `${line.peer} - ${record.tenant || "-"} [${timeOf(record)}] "${line.method} ${quoted(line.target)} HTTP/1.1" ` +
        `${status} ${end.bytes} "${quoted(line.referrer)}" "${quoted(line.userAgent)}" ` +
        `${tookMs}ms ${record.id}\n`,
    );
    this.#event(eventOf("http_request", record, end, line));
  }

  /** Writes the event of a batch's item, whose request has its own line and event. */
  writeItem(record: RequestRecord, end: RequestEnd): void {
    this.#event(eventOf("batch_item", record, end));
  }

  #event(event: object): void {
    this.#files.events.write(`${JSON.stringify(event)}\n`);
  }
}

function eventOf(
  event: "http_request" | "batch_item",
  record: RequestRecord,
  end: RequestEnd,
  line?: RequestLine,
): object {
  return {
    event,
    timestamp: timeOf(record),
    request_id: record.id,
    client_ip: line?.peer,
    project_name: record.project ?? "unknown",
    tenant: record.tenant,
    method: line?.method,
    path: line?.target,
    status_code: end.status,
    client_left: !end.complete,
    bytes: line && end.bytes,
    latency_ms: record.latencyMs,
    operation: record.operation,
    model: record.model,
    stream: record.operation === undefined ? undefined : record.streamed,
    queue_ms: rounded(record.queueMs),
    model_load_ms: rounded(record.loadMs),
    first_ms: rounded(record.firstMs),
    ...(record.images ? imageFields(record.images, record.imageCompression) : {}),
    cache: record.cache?.state,
    error_code: record.errorCode,
    error_message: record.errorMessage,
  };
}

/** What was done to a request's images; never what is on them. */
function imageFields(images: ImageFacts[], compression: boolean): object {
  const hits = images.filter(({ cached }) => cached).length;
  return {
    images_count: images.length,
    image_compression_enabled: compression,
    compression_savings_bytes: savedBytes(images),
    cache_hit_rate: images.length === 0 ? undefined : rounded(hits / images.length),
    images: images.map(({ source, sent, ms, cached }) => ({
      format: source.format,
      width: source.width,
      height: source.height,
      bytes: source.bytes,
      sent_format: sent.format,
      sent_width: sent.width,
      sent_height: sent.height,
      sent_bytes: sent.bytes,
      ratio: rounded(source.bytes / sent.bytes),
      ms: rounded(ms),
      cached,
    })),
  };
}

function timeOf(record: RequestRecord): string {
  return new Date(record.startedAtMs).toISOString();
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
