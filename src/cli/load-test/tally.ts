import { Sketch } from "../../../workers/request-store/sketch.ts";
import type { LoadOutcome } from "./load-plan.ts";

/** Milliseconds of answers; null where there are none. */
export interface LatencyFigures {
  min: number | null;
  max: number | null;
  avg: number | null;
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

/** A request that is shown in the report by itself. */
export interface RequestSample {
  number: number;
  project: string;
  started_at: string;
  latency_ms: number;
  model: string | null;
  tokens: number | null;
}

/** A failure that is shown by itself. */
export interface ErrorSample {
  number: number;
  project: string;
  started_at: string;
  latency_ms: number;
  error: string;
  message: string;
}

interface Ended {
  number: number;
  project: string;
  startedAt: Date;
  latencyMs: number;
  outcome: LoadOutcome;
}

/** Kinds of failure that are told apart; the others are counted together. */
const MOST_KINDS = 50;
const OTHER_KINDS = "other";
const MICROS = 1000;

/**
 * Keeps count of a load test in memory that does not grow with it. Percentiles are by nearest rank,
 * within half a percent, in the way of the service's own figures.
 */
export class Tally {
  successes = 0;
  failures = 0;
  /** Requests that were given up when the test was stopped; they count as neither. */
  cancelled = 0;
  tokens = 0;
  readonly errors = new Map<string, number>();
  readonly requestSamples: RequestSample[] = [];
  readonly errorSamples: ErrorSample[] = [];
  readonly #sketch = new Sketch();
  readonly #samples: number;
  #min = Number.POSITIVE_INFINITY;
  #max = 0;
  #sumMs = 0;

  constructor({ samples }: { samples: number }) {
    this.#samples = samples;
  }

  add({ number, project, startedAt, latencyMs, outcome }: Ended): void {
    const about = {
      number,
      project,
      started_at: startedAt.toISOString(),
      latency_ms: rounded(latencyMs),
    };
    if (!outcome.ok) {
      this.failures += 1;
      this.#count(outcome.error);
      if (this.errorSamples.length >= this.#samples) return;
      this.errorSamples.push({ ...about, error: outcome.error, message: outcome.message });
      return;
    }
    this.successes += 1;
    this.tokens += outcome.tokens ?? 0;
    this.#min = Math.min(this.#min, latencyMs);
    this.#max = Math.max(this.#max, latencyMs);
    this.#sumMs += latencyMs;
    this.#sketch.add(Math.round(latencyMs * MICROS));
    if (this.requestSamples.length >= this.#samples) return;
    this.requestSamples.push({ ...about, model: outcome.model, tokens: outcome.tokens });
  }

  /** How long answers took that were no failures. */
  latency(): LatencyFigures {
    if (this.successes === 0) {
      return { min: null, max: null, avg: null, p50: null, p95: null, p99: null };
    }
    return {
      min: rounded(this.#min),
      max: rounded(this.#max),
      avg: rounded(this.#sumMs / this.successes),
      p50: this.#quantile(0.5),
      p95: this.#quantile(0.95),
      p99: this.#quantile(0.99),
    };
  }

  /** The sketch's bins are wider than a microsecond: no quantile lies outside what was measured. */
  #quantile(q: number): number {
    const ms = (this.#sketch.quantile(q) ?? 0) / MICROS;
    return rounded(Math.min(Math.max(ms, this.#min), this.#max));
  }

  #count(kind: string): void {
    const isNew = !this.errors.has(kind);
    const name = isNew && this.errors.size >= MOST_KINDS ? OTHER_KINDS : kind;
    this.errors.set(name, (this.errors.get(name) ?? 0) + 1);
  }
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}
