import type { RequestRecord } from "../requests/request-record.ts";
import type { OllamaAnswer } from "./runner.ts";

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
}

/** The metrics block from Ollama's last line and what the service measured itself. */
export function metricsBlock(record: RequestRecord, last: OllamaAnswer): MetricsBlock {
  const reportedLoadMs = millis(last["load_duration"]) ?? 0;
  const loadMs = (record.loadMs ?? 0) > 0 ? (record.loadMs ?? 0) : reportedLoadMs;
  const cold = (record.loadMs ?? 0) > 0 || reportedLoadMs > WARM_LOAD_MS;
  return {
    model: record.model ?? "",
    request_id: record.id,
    latency_ms: record.latencyMs,
    model_load_ms: cold ? rounded(loadMs) : 0,
    model_warm_start: !cold,
    prompt_eval_count: count(last["prompt_eval_count"]),
    generation_eval_count: count(last["eval_count"]),
    total_duration_ms: millis(last["total_duration"]),
  };
}

function millis(nanoseconds: unknown): number | null {
  return typeof nanoseconds === "number" ? rounded(nanoseconds / 1e6) : null;
}

function count(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
