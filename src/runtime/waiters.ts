import { LightSignal, type Signal } from "./light-signal.ts";

/** The reason of work that was cancelled because its last waiter had left. */
export class NoWaiters extends Error {
  constructor() {
    super("nobody waits for it any more");
    this.name = "NoWaiters";
  }
}

/** The waiters for one piece of work. It is cancelled when the last one leaves before its end. */
export class Waiters {
  readonly #work = new LightSignal();
  #count = 0;
  #hasEnded = false;

  /** The signal of the work: aborts when the last waiter has left, with the reason of that one. */
  get signal(): LightSignal {
    return this.#work;
  }

  /** Number of waiters. */
  get count(): number {
    return this.#count;
  }

  /** Joins until the signal aborts. @returns how to leave before; further calls do nothing. */
  join(signal: Signal): () => void {
    this.#count += 1;
    let isHere = true;
    const leave = (): void => {
      if (!isHere) return;
      isHere = false;
      signal.removeEventListener("abort", leave);
      this.#count -= 1;
      if (this.#count > 0 || this.#hasEnded) return;
      this.#work.abort(signal.aborted ? (signal.reason as Error) : new NoWaiters());
    };
    if (signal.aborted) leave();
    else signal.addEventListener("abort", leave, { once: true });
    return leave;
  }

  /** The work has ended: there is nothing to cancel any more. */
  end(): void {
    this.#hasEnded = true;
  }
}
