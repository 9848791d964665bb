import type { LightSignal, Signal } from "./light-signal.ts";
import { unlessAborted } from "./unless-aborted.ts";
import { Waiters } from "./waiters.ts";

interface SharedWorkOptions<T> {
  /** Begins the work; its signal aborts when nobody waits for it any more. */
  start: (signal: LightSignal) => Promise<T>;
  /** Told once when nobody should join any more: it has ended, or is being called off. */
  onClose: () => void;
}

/** One piece of work that several wait for. The last one who leaves before its end calls it off. */
export class SharedWork<T> {
  readonly #waiters = new Waiters();
  readonly #result: Promise<T>;
  readonly #onClose: () => void;
  #isClosed = false;

  constructor({ start, onClose }: SharedWorkOptions<T>) {
    this.#onClose = onClose;
    // At once, so that nobody joins what is being called off.
    this.#waiters.signal.addEventListener("abort", () => this.#close());
    this.#result = start(this.#waiters.signal).finally(() => {
      this.#waiters.end();
      this.#close();
    });
    // Those who wait are told; when nobody does, it is no unhandled failure.
    this.#result.catch(() => {});
  }

  /** How many wait. */
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
