import { cut, LOG_LINE_BYTES, TEXT_LIMITS } from "../runtime/text-limits.ts";
import type { LogFile } from "../logs/log-file.ts";
import { endedRequest, type EndedRequest, rounded } from "./ended-request.ts";
import type { RequestEnd, RequestRecord } from "./request-record.ts";

/** What the log line takes from the request itself. */
export interface RequestLine {
  peer: string;
  method: string;
  target: string;
  userAgent: string | undefined;
  referrer: string | undefined;
}

type OnEnded = (ended: EndedRequest, record: RequestRecord) => void;

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
 * The one place where a request that has ended is written down: its record is made once, kept, and
 * written as a line to `logs/api.log` (the usual combined format, then duration and request id) and
 * as an event to `logs/requests.jsonl`. A line has at most 8 KiB: texts in it are cut, so that it
 * stays whole.
 */
export class RequestLog {
  readonly #files: RequestLogFiles;
  readonly #onEnded: OnEnded;

  /** @param onEnded takes each record. */
  constructor(files: RequestLogFiles, onEnded: OnEnded = () => {}) {
    this.#files = files;
    this.#onEnded = onEnded;
  }

  /** Writes down a request. */
  write(record: RequestRecord, end: RequestEnd, line: RequestLine): void {
    const ended = endedRequest(record, end);
    this.#files.access.write(fitting((room) => accessLine(ended, line, room)));
    this.#writeEvent("http_request", { ended, record, line });
  }

  /** Writes down a batch's item; the batch's request is written down itself, too. */
  writeItem(record: RequestRecord, end: RequestEnd): void {
    this.#writeEvent("batch_item", { ended: endedRequest(record, end), record });
  }

  #writeEvent(name: EventName, event: Event): void {
    this.#onEnded(event.ended, event.record);
    this.#files.events.write(fitting((room) => `${JSON.stringify(fieldsOf(name, event, room))}\n`));
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

function accessLine(ended: EndedRequest, line: RequestLine, room: Room): string {
  const status = ended.isWhole ? ended.status : `${ended.status || 499}!`;
  const method = cut(line.method, room.text);
  return (
    `${line.peer} - ${ended.tenant || "-"} [${timeOf(ended)}] "${method} ${quoted(line.target, room.target)} HTTP/1.1" ` +
    `${status} ${ended.bytesOut} "${quoted(line.referrer, room.header)}" "${quoted(line.userAgent, room.header)}" ` +
    `${ended.tookMs.toFixed(1)}ms ${ended.id}\n`
  );
}

interface Event {
  ended: EndedRequest;
  record: RequestRecord;
  /** Undefined for an item. */
  line?: RequestLine;
}

function fieldsOf(event: EventName, { ended, record, line }: Event, room: Room): object {
  return {
    event,
    timestamp: timeOf(ended),
    request_id: ended.id,
    client_ip: line && (ended.client ?? line.peer),
    project_name: ended.project,
    tenant: ended.tenant,
    method: shortened(line?.method, room.text),
    path: shortened(line?.target, room.target),
    dialect: ended.dialect,
    status_code: ended.status,
    client_left: !ended.isWhole && ended.ended !== "cancelled",
    ended: ended.ended,
    bytes: line && ended.bytesOut,
    bytes_in: ended.bytesIn,
    latency_ms: ended.tookMs,
    operation: shortened(ended.operation, room.text),
    model: shortened(ended.model, room.text),
    stream: ended.operation === undefined ? undefined : ended.streamed,
    host: ended.host,
    queue_ms: ended.queueMs,
    model_load_ms: ended.loadMs,
    first_ms: ended.firstMs,
    body_ms: ended.bodyMs,
    inference_ms: ended.inferenceMs,
    input_tokens: ended.inputTokens,
    output_tokens: ended.outputTokens,
    tokens_estimated: ended.tokensEstimated,
    tokens_per_second: ended.tokensPerSecond,
    ...imageFields(ended, record, room.images),
    cache: ended.cache,
    saved_ms: ended.savedMs,
    error_code: ended.errorCode,
    error_message: shortened(record.errorMessage, room.message),
  };
}

/** What was done to a request's images, to the first of them each; never what is on them. */
function imageFields(
  ended: EndedRequest,
  { images, imageCompression }: RequestRecord,
  most: number,
): object | undefined {
  if (!images) return undefined;
  const hits = images.filter(({ cached }) => cached).length;
  return {
    images_count: ended.images,
    image_compression_enabled: imageCompression,
    // As answers say it: null where nothing was saved.
    compression_savings_bytes: ended.imageBytesSaved || null,
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
function timeOf({ startedAtMs: ms }: EndedRequest): string {
  if (latestTime.ms !== ms) latestTime = { ms, text: new Date(ms).toISOString() };
  return latestTime.text;
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
