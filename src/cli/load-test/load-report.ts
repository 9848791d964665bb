import { z } from "zod";
import { jsonSchemaOf } from "../json-schema-of.ts";
import type { LoadResult } from "./run-load.ts";

/** Milliseconds of answers; null where there are none. */
const milliseconds = z.number().nullable();

const Config = z.object({
  base_url: z.string(),
  model: z.string().nullable(),
  prompt: z.string(),
  workers: z.int(),
  concurrency: z.int(),
  max_connections: z.int().nullable(),
  keepalive: z.int().nullable(),
  requests: z.int().nullable(),
  duration: z.number(),
  delay: z.number(),
  warmup: z.int(),
  timeout: z.number(),
  projects: z.array(z.string()),
  background: z.boolean(),
  cache: z.boolean(),
  max_tokens: z.int(),
});

const sample = {
  number: z.int(),
  project: z.string(),
  started_at: z.string(),
  latency_ms: z.number(),
};

const Report = z.object({
  timestamp: z.string(),
  config: Config,
  summary: z.object({
    total_requests: z.int(),
    successes: z.int(),
    failures: z.int(),
    cancelled: z.int().describe("Given up when the test was stopped; they are not in the total"),
    success_rate: z.number(),
    test_duration_seconds: z.number(),
    requests_per_second: z.number(),
    tokens_per_second: z.number(),
    latency_ms: z.object({
      min: milliseconds,
      max: milliseconds,
      avg: milliseconds,
      p50: milliseconds,
      p95: milliseconds,
      p99: milliseconds,
    }),
    errors: z.record(z.string(), z.int()),
    ended_early: z.enum(["stopped", "unreachable"]).nullable(),
  }),
  samples: z.object({
    requests: z.array(
      z.object({ ...sample, model: z.string().nullable(), tokens: z.int().nullable() }),
    ),
    errors: z.array(z.object({ ...sample, error: z.string(), message: z.string() })),
  }),
});

/** What a load test was asked to do, as its report shows it. */
export type LoadConfig = z.infer<typeof Config>;

/** A load test's report (contract §15). */
export type LoadReport = z.infer<typeof Report>;

export const LOAD_REPORT_SCHEMA = jsonSchemaOf(Report);

/** Puts what a load test has found into the report's form. */
export function loadReport(result: LoadResult, config: LoadConfig): LoadReport {
  const { tally, elapsedMs, startedAt, endedEarly } = result;
  const total = tally.successes + tally.failures;
  const seconds = elapsedMs / 1000;
  const perSecond = (count: number): number => (seconds === 0 ? 0 : rounded(count / seconds, 3));
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
      requests_per_second: perSecond(total),
      tokens_per_second: perSecond(tally.tokens),
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
