import type { ShownRequest } from "./shown-request.ts";
import type { OllamaAnswer } from "../inference/answers.ts";
import type { AskedContext } from "../models/lanes/lane-request.ts";
import { truncatedField, type Truncation } from "../inference/truncation.ts";
import { usageOf } from "../inference/usage.ts";
import { threeDecimals } from "../runtime/three-decimals.ts";

/**
 * Ollama reports some tens of milliseconds as load time of a model that is in memory; above
 * this it really loaded (again).
 */
const WARM_LOAD_MS = 200;

/** The figures at the end of each native answer (contract §2.5). */
export interface MetricsBlock {
  model: string;
  request_id: string;
  latency_ms: number;
  model_load_ms: number;
  model_warm_start: boolean;
  prompt_eval_count: number | null;
  generation_eval_count: number | null;
  total_duration_ms: number | null;
  /** Where the prompt did not fit. */
  truncated?: Truncation;
  /** Where the head could not say it: the stream began with notices. */
  num_ctx?: AskedContext;
}

/** The metrics block from what an answer says that it took, and what the service measured itself. */
export function metricsBlock(request: ShownRequest, answer: OllamaAnswer): MetricsBlock {
  const { inputTokens, outputTokens, loadMs: reportedMs = 0, totalMs } = usageOf(answer);
  const { loadMs: waitedMs = 0, context } = request.call;
  const isCold = waitedMs > 0 || reportedMs > WARM_LOAD_MS;
  return {
    model: request.model ?? "",
    request_id: request.id,
    latency_ms: request.latencyMs,
    model_load_ms: isCold ? threeDecimals(waitedMs || reportedMs) : 0,
    model_warm_start: !isCold,
    prompt_eval_count: inputTokens ?? null,
    generation_eval_count: outputTokens ?? null,
    total_duration_ms: totalMs === undefined ? null : threeDecimals(totalMs),
    ...truncatedField(answer),
    ...(request.hasWaitNotices && context ? { num_ctx: context } : {}),
  };
}
