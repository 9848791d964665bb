import type { EndedRequest } from "../ended-request.ts";
import { threeDecimals } from "../../runtime/three-decimals.ts";
import type { RequestRecord } from "../request-record.ts";
import type { RequestLine } from "./access-line.ts";
import { type Room, shortened } from "./line-room.ts";
import { timeOf } from "./line-time.ts";

export type EventName = "http_request" | "batch_item" | "agent_turn";

/** A request, or an item, that has ended. */
export interface EndedEvent {
  ended: EndedRequest;
  record: RequestRecord;
  /** Undefined for an item. */
  line?: RequestLine;
}

/** The line of `logs/requests.jsonl`: what is known of a request. */
export function eventFields(
  event: EventName,
  { ended, record, line }: EndedEvent,
  room: Room,
): object {
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
    waited_behind: ended.waitedBehind,
    load_shared: ended.loadShared,
    context: ended.context,
    prompt_cut: ended.isPromptCut,
    first_ms: ended.firstMs,
    body_ms: ended.bodyMs,
    inference_ms: ended.inferenceMs,
    input_tokens: ended.inputTokens,
    output_tokens: ended.outputTokens,
    tokens_estimated: ended.tokensEstimated,
    tokens_per_second: ended.tokensPerSecond,
    ...imageFields(ended, record, room.images),
    schema_check: ended.schemaCheck,
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
    cache_hit_rate: images.length === 0 ? undefined : threeDecimals(hits / images.length),
    images: images.slice(0, most).map(({ source, sent, ms, cached }) => ({
      format: source.format,
      width: source.width,
      height: source.height,
      bytes: source.bytes,
      sent_format: sent.format,
      sent_width: sent.width,
      sent_height: sent.height,
      sent_bytes: sent.bytes,
      ratio: threeDecimals(source.bytes / sent.bytes),
      ms: threeDecimals(ms),
      cached,
    })),
  };
}
