import { cut, LOG_LINE_BYTES, TEXT_LIMITS } from "../runtime/text-limits.ts";
import { savedBytes, type ImageFacts } from "../images/image-compressor.ts";
import type { LogFile } from "../logs/log-file.ts";
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

/** How much of what comes from outside stands in a line. */
interface Room {
  target: number;
  header: number;
  message: number;
  /** Any other text. */
  text: number;
  images: number;
}

const USUAL_ROOM: Room = {
  target: TEXT_LIMITS.loggedTarget,
  header: TEXT_LIMITS.loggedHeader,
  message: TEXT_LIMITS.loggedMessage,
  text: TEXT_LIMITS.modelName,
  images: 16,
};

/** Escaped six-fold it still fits. */
const TIGHT_ROOM: Room = {
  target: TEXT_LIMITS.loggedTightly,
  header: TEXT_LIMITS.loggedTightly,
  message: TEXT_LIMITS.loggedTightly,
  text: TEXT_LIMITS.loggedTightly,
  images: 4,
};

/**
 * Writes a line to `logs/api.log` (the usual combined format, then duration and request id) and
 * an event to `logs/requests.jsonl` for each request, when it has ended. A line has at most
 * 8 KiB: texts in it are cut, so that it stays whole.
 */
export class RequestLog {
  readonly #files: RequestLogFiles;

  constructor(files: RequestLogFiles) {
    this.#files = files;
  }

  /** Writes the line and the event of a request. */
  write(record: RequestRecord, end: RequestEnd, line: RequestLine): void {
    const tookMs = record.elapsedMs.toFixed(1);
    this.#files.access.write(fitting((room) => accessLine(record, end, line, { tookMs, room })));
    this.#event("http_request", record, end, line);
  }

  /** Writes the event of a batch's item; the batch's request has its own line and event. */
  writeItem(record: RequestRecord, end: RequestEnd): void {
    this.#event("batch_item", record, end);
  }

  #event(event: EventName, record: RequestRecord, end: RequestEnd, line?: RequestLine): void {
    const text = fitting((room) => `${JSON.stringify(eventOf(event, record, end, room, line))}\n`);
    this.#files.events.write(text);
  }
}

type EventName = "http_request" | "batch_item";

/** A line with as much as usual of each text, or with little where that would be too long. */
function fitting(write: (room: Room) => string): string {
  const usual = write(USUAL_ROOM);
  // A character takes three bytes at most: nearly all lines are not measured.
  const fits = usual.length * 3 <= LOG_LINE_BYTES || Buffer.byteLength(usual) <= LOG_LINE_BYTES;
  return fits ? usual : write(TIGHT_ROOM);
}

function accessLine(
  record: RequestRecord,
  end: RequestEnd,
  line: RequestLine,
  { tookMs, room }: { tookMs: string; room: Room },
): string {
  const status = end.complete ? end.status : `${end.status || 499}!`;
  const method = cut(line.method, room.text);
  return (
    `${line.peer} - ${record.tenant || "-"} [${timeOf(record)}] "${method} ${quoted(line.target, room.target)} HTTP/1.1" ` +
    `${status} ${end.bytes} "${quoted(line.referrer, room.header)}" "${quoted(line.userAgent, room.header)}" ` +
    `${tookMs}ms ${record.id}\n`
  );
}

function eventOf(
  event: EventName,
  record: RequestRecord,
  end: RequestEnd,
  room: Room,
  line?: RequestLine,
): object {
  const { call } = record;
  return {
    event,
    timestamp: timeOf(record),
    request_id: record.id,
    client_ip: line?.peer,
    project_name: record.project ?? "unknown",
    tenant: record.tenant,
    method: shortened(line?.method, room.text),
    path: shortened(line?.target, room.target),
    status_code: end.status,
    client_left: !end.complete,
    bytes: line && end.bytes,
    latency_ms: record.latencyMs,
    operation: shortened(record.operation, room.text),
    model: shortened(record.model, room.text),
    stream: record.operation === undefined ? undefined : record.streamed,
    queue_ms: rounded(call.queueMs),
    model_load_ms: rounded(call.loadMs),
    first_ms: rounded(call.firstMs),
    body_ms: rounded(call.bodyMs),
    inference_ms: rounded(call.costMs),
    input_tokens: call.usage?.inputTokens,
    output_tokens: call.usage?.outputTokens,
    tokens_estimated: call.usage?.isEstimated,
    ...(record.images ? imageFields(record.images, record.imageCompression, room.images) : {}),
    cache: record.cache?.state,
    error_code: record.errorCode,
    error_message: shortened(record.errorMessage, room.message),
  };
}

/** What was done to a request's images, to the first of them each; never what is on them. */
function imageFields(images: ImageFacts[], compression: boolean, most: number): object {
  const hits = images.filter(({ cached }) => cached).length;
  return {
    images_count: images.length,
    image_compression_enabled: compression,
    compression_savings_bytes: savedBytes(images),
    cache_hit_rate: images.length === 0 ? undefined : rounded(hits / images.length),
    images: images.slice(0, most).map(({ source, sent, ms, cached }) => ({
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

/** Requests begin in the same millisecond, and a line and an event each tell when. */
let latestTime = { ms: 0, text: "" };
function timeOf({ startedAtMs: ms }: RequestRecord): string {
  if (latestTime.ms !== ms) latestTime = { ms, text: new Date(ms).toISOString() };
  return latestTime.text;
}

function rounded(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 1000) / 1000;
}

function shortened(text: string | undefined, maxChars: number): string | undefined {
  return text === undefined ? undefined : cut(text, maxChars);
}

/** Paths and headers come from outside: nothing of them may look like another line or field. */
function quoted(value: string | undefined, maxChars: number): string {
  if (value === undefined) return "-";
  return cut(value, maxChars).replaceAll(/["\\\p{Cc}]/gu, escaped);
}

function escaped(char: string): string {
  if (char === '"' || char === "\\") return `\\${char}`;
  return `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
}
