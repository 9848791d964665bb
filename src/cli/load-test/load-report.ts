import type { LoadResult } from "./run-load.ts";
import type { ErrorSample, LatencyFigures, RequestSample } from "./tally.ts";

/** What a load test was asked to do, as its report shows it. */
export interface LoadConfig {
  base_url: string;
  model: string | null;
  prompt: string;
  workers: number;
  concurrency: number;
  max_connections: number | null;
  keepalive: number | null;
  requests: number | null;
  duration: number;
  delay: number;
  warmup: number;
  timeout: number;
  projects: string[];
  background: boolean;
  cache: boolean;
  max_tokens: number | null;
}

/** A load test's report (contract §15). */
export interface LoadReport {
  timestamp: string;
  config: LoadConfig;
  summary: {
    total_requests: number;
    successes: number;
    failures: number;
    /** Requests given up when the test was stopped; they are not in the total. */
    cancelled: number;
    success_rate: number;
    test_duration_seconds: number;
    requests_per_second: number;
    tokens_per_second: number;
    latency_ms: LatencyFigures;
    errors: Record<string, number>;
    ended_early: "stopped" | "unreachable" | null;
  };
  samples: { requests: RequestSample[]; errors: ErrorSample[] };
}

/** Puts what a load test has found into the report's form. */
export function loadReport(result: LoadResult, config: LoadConfig): LoadReport {
  const { tally, elapsedMs, startedAt, endedEarly } = result;
  const total = tally.successes + tally.failures;
  const seconds = elapsedMs / 1000;
  return {
    timestamp: startedAt.toISOString(),
    config,
    summary: {
      total_requests: total,
      successes: tally.successes,
      failures: tally.failures,
      cancelled: tally.cancelled,
      success_rate: total === 0 ? 0 : rounded(tally.successes / total, 4),
      test_duration_seconds: rounded(seconds, 3),
      requests_per_second: seconds === 0 ? 0 : rounded(total / seconds, 3),
      tokens_per_second: seconds === 0 ? 0 : rounded(tally.tokens / seconds, 2),
      latency_ms: tally.latency(),
      errors: Object.fromEntries([...tally.errors].sort(([, a], [, b]) => b - a)),
      ended_early: endedEarly ?? null,
    },
    samples: { requests: tally.requestSamples, errors: tally.errorSamples },
  };
}

function rounded(value: number, places: number): number {
  return Number(value.toFixed(places));
}
