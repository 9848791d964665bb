import { type PlaceReport, countAbandoned } from "../watch/place-report.ts";

type Waiter<T> = { readonly take: (item: T) => void };
type Choose<T> = (free: readonly T[]) => number;

const first = () => 0;

/** Lends a fixed set of items. Requests wait in the order of arrival, without limit. */
export class FifoPool<T> {
  readonly #free: T[];
  readonly #waiting = new Set<Waiter<T>>();
  /** The items that are lent, with the signal of the request that holds each. */
  readonly #lent = new Map<T, AbortSignal>();

  constructor(items: readonly T[]) {
    this.#free = [...items];
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  get free(): number {
    return this.#free.length;
  }

  /**
   * Takes an item, and waits for one if none is free; `choose` gives the index of the best free
   * item. When `signal` aborts, the request leaves the queue and rejects with the signal's reason.
   */
  async acquire(signal: AbortSignal, choose: Choose<T> = first): Promise<T> {
    signal.throwIfAborted();
    const [item] = this.#free.splice(this.#free.length > 0 ? choose(this.#free) : 0, 1);
    if (item !== undefined) {
      this.#lent.set(item, signal);
      return item;
    }
    return new Promise<T>((resolve, reject) => {
      const waiter: Waiter<T> = {
        take: (given) => {
          signal.removeEventListener("abort", leave);
          this.#lent.set(given, signal);
          resolve(given);
        },
      };
      const leave = () => {
        this.#waiting.delete(waiter);
        reject(signal.reason as Error);
      };
      signal.addEventListener("abort", leave, { once: true });
      this.#waiting.add(waiter);
    });
  }

  release(item: T): void {
    this.#lent.delete(item);
    const [next] = this.#waiting;
    if (!next) {
      this.#free.push(item);
      return;
    }
    this.#waiting.delete(next);
    next.take(item);
  }

  /** The state of the pool, whose items are called `what`. */
  report(what: string): PlaceReport {
    return {
      what,
      waiting: this.waiting,
      free: this.free > 0,
      abandoned: countAbandoned(this.#lent.values()),
    };
  }
}
