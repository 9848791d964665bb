import type { Ending } from "../../workers/request-store/endings.ts";
import type { KeptRequest } from "../../workers/request-store/kept-request.ts";
import type { ErrorCode } from "../errors/codes.ts";
import { savedBytes } from "../images/image-compressor.ts";
import type { SchemaCheck } from "../inference/answer-schema.ts";
import { cut, TEXT_LIMITS } from "../runtime/text-limits.ts";
import { threeDecimals } from "../runtime/three-decimals.ts";
import type { RequestEnd, RequestRecord } from "./request-record.ts";

/** All that is known of a request that has ended. Log line, store and figures are made from it. */
export interface EndedRequest extends KeptRequest {
  /** How its answer held to its schema; of one that was not checked, and in the store, undefined. */
  schemaCheck?: SchemaCheck | undefined;
}

/** The record of a request that ends now. */
export function endedRequest(record: RequestRecord, end: RequestEnd): EndedRequest {
  const { call, images } = record;
  const { usage } = call;
  return {
    id: record.id,
    kind: record.kind,
    startedAtMs: record.startedAtMs,
    tookMs: record.latencyMs,
    tenant: record.tenant,
    project: record.project || "unknown",
    client: record.client,
    route: record.route,
    dialect: record.dialect,
    operation: nameOf(record.operation),
    model: nameOf(record.model),
    host: call.host,
    status: end.status,
    errorCode: record.errorCode,
    ended: endingOf(record, end),
    isWhole: end.complete,
    streamed: record.streamed,
    bytesIn: record.bytesIn,
    bytesOut: end.bytes,
    queueMs: threeDecimals(call.queueMs),
    loadMs: threeDecimals(call.loadMs),
    firstMs: threeDecimals(call.firstMs),
    bodyMs: threeDecimals(call.bodyMs),
    waitedBehind: call.waitedBehind,
    loadShared: call.loadMs ? call.isLoadShared : undefined,
    context: call.contextTokens,
    isPromptCut: call.host === undefined ? undefined : call.isPromptCut,
    promptMs: threeDecimals(usage?.promptMs),
    generationMs: threeDecimals(usage?.generationMs),
    inferenceMs: threeDecimals(call.costMs),
    inputTokens: usage?.inputTokens,
    outputTokens: usage?.outputTokens,
    tokensEstimated: usage?.isEstimated,
    tokensPerSecond: threeDecimals(tokensPerSecond(record)),
    cache: record.cache?.state,
    savedMs: threeDecimals(record.cache?.savedMs),
    schemaCheck: record.schemaCheck,
    images: images?.length,
    imageBytesSaved: images && (savedBytes(images) ?? 0),
  };
}

/** Errors that are ways to end. */
const ENDING_OF: Partial<Record<ErrorCode, Ending>> = {
  request_timeout: "hard_stop",
  shutting_down: "stopping",
  cancelled: "cancelled",
};

function endingOf(record: RequestRecord, { status, complete }: RequestEnd): Ending {
  const { errorCode } = record;
  const named = errorCode && ENDING_OF[errorCode];
  if (named) return named;
  if (!complete && record.isCutOff()) return "stopping";
  if (errorCode) return "failed";
  if (!complete) return "client_left";
  return status < 400 ? "completed" : "failed";
}

/**
 * Output tokens a second of generation: by the server's own clock where it tells, else from the
 * first byte of a streamed answer to its last.
 */
function tokensPerSecond({ call, streamed }: RequestRecord): number | undefined {
  const { outputTokens, generationMs } = call.usage ?? {};
  const ms = generationMs ?? (streamed ? call.bodyMs : undefined);
  return outputTokens === undefined || !ms ? undefined : (outputTokens * 1000) / ms;
}

/** Names come from outside. A database would cut one at its first NUL. */
function nameOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : cut(text, TEXT_LIMITS.modelName).replaceAll("\0", "�");
}
