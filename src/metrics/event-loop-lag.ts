import { monitorEventLoopDelay } from "node:perf_hooks";
import { onBun } from "../runtime/on-bun.ts";
import type { Part } from "../runtime/lifecycle.ts";

type Statistics = (readonly [name: string, seconds: number])[];

const RESOLUTION_MS = 20;

/** Node counts the wait for the next measurement, too; Bun only what that was late. */
const COUNTED_MS = onBun ? 0 : RESOLUTION_MS;

/** Whoever reads as often sees each window, however many read. */
const WINDOW_MS = 30_000;

/**
 * How late the main thread is, for all that it does: of the last 30 seconds that are over. Measured
 * beside the requests, not by them.
 */
export class EventLoopLag implements Part {
  readonly name = "event loop lag";
  readonly #delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  #timer: NodeJS.Timeout | undefined;
  #last: Statistics | undefined;

  start(): void {
    this.#delays.enable();
    this.#timer = setInterval(() => {
      this.#last = this.#measured();
      this.#delays.reset();
    }, WINDOW_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#delays.disable();
  }

  /** What was measured of this window is not to count: the machine slept, and the thread with it. */
  forget(): void {
    this.#delays.reset();
    // What is late because of the sleep may be measured only now.
    setTimeout(() => this.#delays.reset(), 10 * RESOLUTION_MS).unref();
  }

  /** Seconds of the last window; at first of the one that is not over yet. */
  statistics(): Statistics {
    return this.#last ?? this.#measured();
  }

  #measured(): Statistics {
    const delays = this.#delays;
    const seconds = (ns: number): number =>
      delays.count === 0 ? 0 : Math.max(0, ns / 1e9 - COUNTED_MS / 1000);
    return [
      ["median", seconds(delays.percentile(50))],
      ["p99", seconds(delays.percentile(99))],
      ["max", seconds(delays.max)],
    ];
  }
}
