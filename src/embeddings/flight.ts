import { isHardStop, type LeaveReason } from "../errors/service-error.ts";
import { deferred, type Deferred } from "../runtime/deferred.ts";
import type { Embedding } from "./vector-cache.ts";

/** A request as those see it who compute its texts. */
export interface FlightOwner {
  tenant: string;
  /** The longest that a call of it waited for its turn, and for the model. */
  queueMs: number | undefined;
  loadMs: number | undefined;
}

/** A text on its way to its vector, and the requests that wait for it. */
export class Flight {
  readonly key: string;
  readonly text: string;
  readonly bytes: number;
  /** The request that it was begun for; others may join. */
  readonly owner: FlightOwner;
  /** Called when the last one has left before there was a result, with why that one did. */
  onAbandoned: (why: LeaveReason) => void = () => {};
  readonly #result: Deferred<Embedding> = deferred();
  readonly #waiting = new Set<FlightOwner>();
  #isSettled = false;

  constructor(key: string, text: string, owner: FlightOwner) {
    this.key = key;
    this.text = text;
    this.bytes = Buffer.byteLength(text);
    this.owner = owner;
    // Those who wait are told; when nobody does, it is no unhandled failure.
    this.#result.promise.catch(() => {});
  }

  get result(): Promise<Embedding> {
    return this.#result.promise;
  }

  get isAbandoned(): boolean {
    return this.#waiting.size === 0;
  }

  /** Whether other requests than its owner wait for it. */
  get isShared(): boolean {
    return this.#waiting.size > (this.#waiting.has(this.owner) ? 1 : 0);
  }

  join(request: FlightOwner): void {
    this.#waiting.add(request);
  }

  leave(request: FlightOwner, why: LeaveReason): void {
    const wasThere = this.#waiting.delete(request);
    if (wasThere && this.isAbandoned && !this.#isSettled) this.onAbandoned(why);
  }

  resolve(embedding: Embedding): void {
    this.#isSettled = true;
    this.#result.resolve(embedding);
  }

  reject(err: Error): void {
    this.#isSettled = true;
    this.#result.reject(err);
  }
}

/** Waits for all of these on behalf of a request. @throws what the first failing one fails with. */
export function arrival(
  flights: Flight[],
  request: FlightOwner,
  signal: AbortSignal,
): Promise<Embedding[]> {
  return new Promise((resolve, reject) => {
    const leave = (why: LeaveReason): void => {
      for (const flight of flights) flight.leave(request, why);
    };
    const callOff = (): void => {
      const reason = signal.reason as Error;
      reject(reason);
      leave(isHardStop(reason) ? "late" : "gone");
    };
    signal.addEventListener("abort", callOff, { once: true });
    Promise.all(flights.map(({ result }) => result))
      .then(resolve, (err: Error) => {
        reject(err);
        leave("gone");
      })
      .finally(() => signal.removeEventListener("abort", callOff));
  });
}

/** Those who take part in a call, as the one client that the call knows: it leaves when all have. */
export class Participants {
  readonly #listeners = new Set<(why: LeaveReason) => void>();
  #left: number;

  /** @param count how many take part. */
  constructor(count: number) {
    this.#left = count;
  }

  get hasLeft(): boolean {
    return this.#left === 0;
  }

  /** Calls back when the last one has left; returns the undo. */
  onLeave(left: (why: LeaveReason) => void): () => void {
    this.#listeners.add(left);
    return () => void this.#listeners.delete(left);
  }

  /** One of them leaves. */
  leave(why: LeaveReason): void {
    this.#left -= 1;
    if (this.#left > 0) return;
    for (const left of [...this.#listeners]) left(why);
  }
}
