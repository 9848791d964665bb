import { awakeNow } from "./awake-clock.ts";
import type { Caller } from "./caller.ts";
import type { Signal } from "./light-signal.ts";
import { TurnOrder } from "./turn-order.ts";

interface TurnstileOptions {
  /** How much work is inside at a time. */
  atOnce: number;
  /** The time in milliseconds, for tests. */
  now?: () => number;
}

interface Waiting {
  enter: () => void;
  refuse: (err: Error) => void;
}

/** A kind of work, and its waiters. */
interface Kind {
  waiting: TurnOrder<Waiting>;
  /** Milliseconds that its work has had inside, with those it has missed while none waited. */
  spentMs: number;
}

/**
 * A fair semaphore: lets a few through at a time. Among the waiters, kinds of work share the time
 * inside evenly: neither does long work delay short, nor much short work long. Within a kind tenants take turns,
 * and within a tenant it is first come, first served.
 */
export class Turnstile {
  readonly #options: TurnstileOptions;
  readonly #now: () => number;
  readonly #kinds = new Map<string, Kind>();
  #inside = 0;

  constructor(options: TurnstileOptions) {
    this.#options = options;
    this.#now = options.now ?? awakeNow;
  }

  /** Work inside, and waiters. */
  get size(): number {
    return this.#inside + this.waiting;
  }

  get waiting(): number {
    return this.#sum((kind) => kind.waiting.size);
  }

  /** Number of a tenant's waiters. */
  waitingOf(tenant: string): number {
    return this.#sum((kind) => kind.waiting.of(tenant).length);
  }

  /** Whether the next one goes in at once. */
  get isFree(): boolean {
    return this.#inside < this.#options.atOnce;
  }

  /**
   * Runs work when its turn has come.
   * @param name the kind of work, where there are several.
   * @throws what it throws; the signal's reason; what `refuseWaiting` was given.
   */
  async run<T>(
    { signal, tenant = "" }: Partial<Caller>,
    work: () => Promise<T>,
    name: string = "",
  ): Promise<T> {
    signal?.throwIfAborted();
    const kind = this.#kindOf(name);
    // Time that a kind did not use while none of it waited is not saved up.
    if (kind.waiting.size === 0) kind.spentMs = Math.max(kind.spentMs, this.#reachedMs());
    if (this.isFree) this.#inside += 1;
    else await this.#turn(kind, tenant, signal);
    const startedAt = this.#now();
    try {
      return await work();
    } finally {
      kind.spentMs += this.#now() - startedAt;
      const next = this.#next();
      // The permit goes straight to the next waiter: no other can come between.
      if (next) next.enter();
      else this.#inside -= 1;
    }
  }

  /** Fails all waiters. */
  refuseWaiting(err: Error): void {
    for (let next = this.#next(); next; next = this.#next()) next.refuse(err);
  }

  /** The waiter whose turn it is, of the kind that has had the least time. */
  #next(): Waiting | undefined {
    let chosen: Kind | undefined;
    for (const kind of this.#kinds.values()) {
      if (kind.waiting.size === 0) continue;
      if (!chosen || kind.spentMs < chosen.spentMs) chosen = kind;
    }
    return chosen?.waiting.next();
  }

  /** What the kinds that wait have spent, at least; where none waits, what any has. */
  #reachedMs(): number {
    const all = [...this.#kinds.values()];
    const waiting = all.filter((kind) => kind.waiting.size > 0).map(({ spentMs }) => spentMs);
    return waiting.length > 0
      ? Math.min(...waiting)
      : Math.max(...all.map(({ spentMs }) => spentMs));
  }

  #turn({ waiting }: Kind, tenant: string, signal: Signal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        waiting.remove(tenant, one);
        reject(signal?.reason);
      };
      const one: Waiting = {
        enter: () => {
          signal?.removeEventListener("abort", leave);
          resolve();
        },
        refuse: (err) => {
          signal?.removeEventListener("abort", leave);
          reject(err);
        },
      };
      waiting.add(tenant, one);
      signal?.addEventListener("abort", leave, { once: true });
    });
  }

  #kindOf(name: string): Kind {
    let kind = this.#kinds.get(name);
    if (!kind) {
      kind = { waiting: new TurnOrder(), spentMs: 0 };
      this.#kinds.set(name, kind);
    }
    return kind;
  }

  #sum(count: (kind: Kind) => number): number {
    let sum = 0;
    for (const kind of this.#kinds.values()) sum += count(kind);
    return sum;
  }
}
