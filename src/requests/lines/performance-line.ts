import type { EndedRequest } from "../ended-request.ts";
import { threeDecimals } from "../../runtime/three-decimals.ts";
import { type Room, shortened } from "./line-room.ts";
import { timeOf } from "./line-time.ts";

/** The line of `logs/performance.jsonl`: what a request for inference took and had a model do. */
export function performanceFields(ended: EndedRequest, room: Room): object {
  const isSuccess = ended.ended === "completed";
  const { inputTokens, promptMs } = ended;
  return {
    timestamp: timeOf(ended),
    request_id: ended.id,
    project_name: ended.project,
    model: shortened(ended.model, room.text),
    operation: ended.operation,
    total_latency_ms: ended.tookMs,
    success: isSuccess,
    error: isSuccess ? undefined : (ended.errorCode ?? ended.ended),
    load_time_ms: ended.loadMs,
    prompt_eval_time_ms: promptMs,
    generation_time_ms: ended.generationMs,
    prompt_tokens: inputTokens,
    generated_tokens: ended.outputTokens,
    tokens_per_second: ended.tokensPerSecond,
    prompt_tokens_per_second:
      inputTokens === undefined || !promptMs
        ? undefined
        : threeDecimals((inputTokens * 1000) / promptMs),
  };
}
