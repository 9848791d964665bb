import { threeDecimals } from "../runtime/three-decimals.ts";
import type { PlaceOutcome } from "./place.ts";

/** The queue's numbers as `/api/v1/queue/stats` shows them; counts are since start. */
export interface LineStats {
  queued: number;
  in_progress: number;
  completed: number;
  failed: number;
  rejected: number;
  timeout: number;
  total_wait_time_ms: number;
  max_wait_time_ms: number;
  avg_wait_time_ms: number;
}

/** The counters of one line of the queue. */
export class LineCounter {
  /** Waiting requests without the background ones. */
  waiting = 0;
  waitingBackground = 0;
  running = 0;
  rejected = 0;
  readonly #ended = { completed: 0, failed: 0, timeout: 0 };
  #startedCount = 0;
  #totalWaitMs = 0;
  #maxWaitMs = 0;

  /** A request began to wait. */
  joined(background: boolean | undefined): void {
    if (background) this.waitingBackground += 1;
    else this.waiting += 1;
  }

  /** How many requests run, or wait and may go first, when one has just joined them. */
  before(background: boolean | undefined): number {
    return this.running + this.waiting + (background ? this.waitingBackground : 0) - 1;
  }

  /** A request waits no longer, for whatever reason. */
  left(background: boolean | undefined): void {
    if (background) this.waitingBackground -= 1;
    else this.waiting -= 1;
  }

  /** A request left the queue for the server after this wait. */
  started(waitedMs: number): void {
    this.running += 1;
    this.#startedCount += 1;
    this.#totalWaitMs += waitedMs;
    this.#maxWaitMs = Math.max(this.#maxWaitMs, waitedMs);
  }

  /** A request has ended, with a place or without. */
  ended(outcome: PlaceOutcome): void {
    this.#ended[outcome] += 1;
  }

  /** The numbers now; times in milliseconds, three decimals. */
  stats(): LineStats {
    return {
      queued: this.waiting + this.waitingBackground,
      in_progress: this.running,
      ...this.#ended,
      rejected: this.rejected,
      total_wait_time_ms: threeDecimals(this.#totalWaitMs),
      max_wait_time_ms: threeDecimals(this.#maxWaitMs),
      avg_wait_time_ms: threeDecimals(this.#totalWaitMs / Math.max(1, this.#startedCount)),
    };
  }
}
