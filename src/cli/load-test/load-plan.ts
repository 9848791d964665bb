/** What a load test does. */
export interface LoadPlan {
  /** Requests that are sent; undefined: as many as the duration allows. */
  requests: number | undefined;
  /** Milliseconds after which no further request is sent; undefined: no end but the requests'. */
  durationMs: number | undefined;
  /** Requests that are under way at a time. */
  atOnce: number;
  /** Milliseconds that each worker waits between two requests. */
  delayMs: number;
  /** Projects that the requests are spread over, in turn. */
  projects: readonly string[];
  /** The first so many requests, and the first so many failures, are kept for the report. */
  samples: number;
}

/** How one request ended. */
export type LoadOutcome =
  | { ok: true; model: string | null; tokens: number | null }
  | { ok: false; error: string; message: string };

/** The error of a request that no service has answered. */
export const UNREACHABLE = "unreachable";

/** The most and the least that each figure of a load test can be. */
export const LOAD_RANGES = {
  workers: { min: 1, max: 500 },
  concurrency: { min: 1, max: 500 },
  "max-connections": { min: 1, max: 500 },
  keepalive: { min: 0, max: 500 },
  requests: { min: 1, max: 1_000_000 },
  duration: { min: 0, max: 86_400 },
  delay: { min: 0, max: 3600 },
  warmup: { min: 0, max: 100 },
  timeout: { min: 1, max: 3600 },
  "health-timeout": { min: 1, max: 60 },
  "sample-count": { min: 0, max: 10_000 },
  projects: { min: 1, max: 500 },
  "max-tokens": { min: 1, max: 100_000 },
} as const;
