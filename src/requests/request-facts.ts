import type { CallRecord } from "../inference/call-record.ts";
import { cut, TEXT_LIMITS } from "../runtime/text-limits.ts";
import type { EndedRequest } from "./ended-request.ts";
import { threeDecimals } from "../runtime/three-decimals.ts";
import type { LiveRequest } from "./live-requests.ts";
import { type TimeFacts, whereTimeGoes, type WaitingFacts } from "./time-sentence.ts";

/** What is told of a request that has ended, on routes and in events. */
export function endedFacts(ended: EndedRequest) {
  return {
    request_id: ended.id,
    kind: ended.kind,
    state: "ended" as const,
    ended: ended.ended,
    started_at: new Date(ended.startedAtMs).toISOString(),
    took_ms: ended.tookMs,
    project: ended.project,
    tenant: ended.tenant,
    client: ended.client ?? null,
    route: ended.route ?? null,
    dialect: ended.dialect,
    operation: ended.operation ?? null,
    model: ended.model ?? null,
    host: ended.host ?? null,
    status: ended.status,
    error_code: ended.errorCode ?? null,
    whole: ended.isWhole,
    streamed: ended.streamed,
    bytes_in: ended.bytesIn ?? null,
    bytes_out: ended.bytesOut,
    queue_ms: ended.queueMs ?? null,
    load_ms: ended.loadMs ?? null,
    first_ms: ended.firstMs ?? null,
    body_ms: ended.bodyMs ?? null,
    waited_behind: ended.waitedBehind ?? null,
    load_shared: ended.loadShared ?? null,
    context: ended.context ?? null,
    prompt_cut: ended.isPromptCut ?? null,
    prompt_ms: ended.promptMs ?? null,
    generation_ms: ended.generationMs ?? null,
    inference_ms: ended.inferenceMs ?? null,
    input_tokens: ended.inputTokens ?? null,
    output_tokens: ended.outputTokens ?? null,
    tokens_estimated: ended.tokensEstimated ?? null,
    tokens_per_second: ended.tokensPerSecond ?? null,
    cache: ended.cache ?? null,
    saved_ms: ended.savedMs ?? null,
    images: ended.images ?? null,
    image_bytes_saved: ended.imageBytesSaved ?? null,
  };
}

/** What is told of a request that is under way. */
export function liveFacts({ record, isCalledOff }: LiveRequest) {
  const { call } = record;
  const { host } = call;
  const now = waitingNow(record);
  const isWaiting = now.what === "place" || now.what === "model";
  return {
    request_id: record.id,
    kind: record.kind,
    state: isCalledOff ? ("cancelled" as const) : isWaiting ? "waiting" : "running",
    waiting_for: now.what === "rest" ? null : now.what,
    position: now.position ?? null,
    expected_wait_ms: call.isSent ? null : (threeDecimals(call.waiting.expectedMs) ?? null),
    started_at: new Date(record.startedAtMs).toISOString(),
    took_ms: record.latencyMs,
    ...ownerFacts(record),
    client: record.client ?? null,
    ...workFacts(record),
    host: host ?? null,
    streamed: record.streamed,
    bytes_in: record.bytesIn ?? null,
    queue_ms: threeDecimals(call.queueMs) ?? null,
    load_ms: threeDecimals(call.loadMs) ?? null,
    first_ms: threeDecimals(call.firstMs) ?? null,
    waited_behind: call.waitedBehind ?? null,
    load_shared: call.isLoadShared ?? null,
    context: call.contextTokens ?? null,
    prompt_cut: host === undefined ? null : call.isPromptCut,
    output_tokens: call.usage?.outputTokens ?? null,
    cache: record.cache?.state ?? null,
    images: record.images?.length ?? null,
    summary: whereTimeGoes(timeFacts(record), now),
  };
}

/** Whose a request is. */
export function ownerFacts({ project, tenant }: Pick<LiveRequest["record"], "project" | "tenant">) {
  return { project: project || "unknown", tenant };
}

/** What it asks for, as far as that is known. */
export function workFacts({
  route,
  dialect,
  operation,
  model,
}: Pick<LiveRequest["record"], "route" | "dialect" | "operation" | "model">) {
  return {
    route: route ?? null,
    dialect,
    operation: operation === undefined ? null : cut(operation, TEXT_LIMITS.modelName),
    model: model === undefined ? null : cut(model, TEXT_LIMITS.modelName),
  };
}

interface Timed {
  readonly startedAt: number;
  readonly elapsedMs: number;
  readonly call: CallRecord;
}

function waitingNow({ call, startedAt, elapsedMs }: Timed): WaitingFacts {
  const { what, since, position } = call.waiting;
  const { begunAt } = call;
  // A call that others share may be older than the request.
  const msSince = (at: number): number => startedAt + elapsedMs - Math.max(at, startedAt);
  if (begunAt !== undefined) return { what: "rest", ms: msSince(begunAt) };
  return { what, ms: msSince(since ?? startedAt), position };
}

function timeFacts({ call, streamed, elapsedMs: tookMs }: LiveRequest["record"]): TimeFacts {
  const { queueMs, loadMs, firstMs, waitedBehind, host, usage } = call;
  return {
    tookMs,
    queueMs,
    loadMs,
    firstMs,
    bodyMs: undefined,
    waitedBehind,
    loadShared: call.isLoadShared,
    generationMs: undefined,
    host,
    streamed,
    outputTokens: usage?.outputTokens,
    tokensPerSecond: undefined,
    cache: undefined,
    savedMs: undefined,
  };
}
