import type { LightSignal, Signal } from "./light-signal.ts";
import { unlessAborted } from "./unless-aborted.ts";
import { Waiters } from "./waiters.ts";

interface SharedWorkOptions<T> {
  /** Begins the work; its signal aborts when the last waiter has left. */
  start: (signal: LightSignal) => Promise<T>;
  /** Called once when no waiter may join any more: the work has ended, or is being cancelled. */
  onClose: () => void;
}

/** One piece of work with several waiters. The last one that leaves before its end cancels it. */
export class SharedWork<T> {
  readonly #waiters = new Waiters();
  readonly #result: Promise<T>;
  readonly #onClose: () => void;
  #isClosed = false;

  constructor({ start, onClose }: SharedWorkOptions<T>) {
    this.#onClose = onClose;
    // At once, so that no waiter joins work that is being cancelled.
    this.#waiters.signal.addEventListener("abort", () => this.#close());
    this.#result = start(this.#waiters.signal).finally(() => {
      this.#waiters.end();
      this.#close();
    });
    // Waiters get the error; without waiters it is no unhandled rejection.
    this.#result.catch(() => {});
  }

  /** Aborts when the work is cancelled. */
  get signal(): LightSignal {
    return this.#waiters.signal;
  }

  /** Number of waiters. */
  get waiting(): number {
    return this.#waiters.count;
  }

  /** Joins, and waits for the result. @throws what the work throws; the signal's reason. */
  wait(signal: Signal): Promise<T> {
    signal.throwIfAborted();
    const leave = this.#waiters.join(signal);
    return unlessAborted(this.#result, signal).finally(leave);
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#onClose();
  }
}
