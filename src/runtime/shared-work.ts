import { unlessAborted } from "./unless-aborted.ts";

interface SharedWorkOptions<T> {
  /** Begins the work; its signal aborts when nobody waits for it any more. */
  start: (signal: AbortSignal) => Promise<T>;
  /** Told once when nobody should join any more: it has ended, or is being called off. */
  onClose: () => void;
}

/** One piece of work that several wait for. The last one who leaves before its end calls it off. */
export class SharedWork<T> {
  readonly #abort = new AbortController();
  readonly #result: Promise<T>;
  readonly #onClose: () => void;
  #waiting = 0;
  #isClosed = false;

  constructor({ start, onClose }: SharedWorkOptions<T>) {
    this.#onClose = onClose;
    this.#result = start(this.#abort.signal).finally(() => this.#close());
    // Those who wait are told; when nobody does, it is no unhandled failure.
    this.#result.catch(() => {});
  }

  /** Joins, and waits for the result. @throws what the work throws; the signal's reason. */
  wait(signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    this.#waiting += 1;
    const leave = (): void => this.#leave();
    signal.addEventListener("abort", leave, { once: true });
    return unlessAborted(this.#result, signal).finally(() =>
      signal.removeEventListener("abort", leave),
    );
  }

  /** At once, so that nobody joins what is being called off. */
  #leave(): void {
    this.#waiting -= 1;
    if (this.#waiting > 0 || this.#isClosed) return;
    this.#close();
    this.#abort.abort();
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#onClose();
  }
}
