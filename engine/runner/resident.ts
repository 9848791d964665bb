import type { KeepAliveMs } from "../values/keep-alive.ts";
import { countAbandoned } from "../watch/place-report.ts";

/** What the residency needs of a model in memory. */
export type Runner = { dispose(): Promise<void> };

export type ResidentStatus<R> = {
  readonly name: string;
  readonly weightsDigest: string;
  readonly contextLength: number;
  /** Milliseconds since 1970; `Infinity` is never. */
  readonly expiresAt: number;
  /** Not there while the model is being loaded. */
  readonly runner: R | undefined;
};

type ResidentOptions<R> = {
  readonly name: string;
  readonly weightsDigest: string;
  readonly contextLength: number;
  readonly keepAliveMs: number;
  readonly now: () => number;
  readonly ready: Promise<R>;
  readonly onLoaded: () => void;
  /** Out of the list. */
  readonly onGone: () => void;
  /** Out of memory; `failed` is what went wrong with that, if anything did. */
  readonly onFreed: (failed?: unknown) => void;
};

/** Timers take 31 bits; whatever is longer is looked at again then. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * One model in memory: who uses it, and when it goes. The keep-alive clock starts when the last
 * request ends.
 */
export class Resident<R extends Runner> {
  readonly ready: Promise<R>;
  readonly contextLength: number;
  readonly #options: ResidentOptions<R>;
  #runner: R | undefined;
  /** Those who use it, each by an object of its own: a request may do so twice. */
  readonly #users = new Set<{ readonly owner: AbortSignal }>();
  #keepAliveMs: number;
  #idleSince: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #retiring = false;
  #gone: Promise<void> | undefined;
  #whenIdle: (() => void)[] = [];

  constructor(options: ResidentOptions<R>) {
    this.#options = options;
    this.contextLength = options.contextLength;
    this.#keepAliveMs = options.keepAliveMs;
    this.#idleSince = options.now();
    this.ready = options.ready.then((runner) => {
      this.#runner = runner;
      options.onLoaded();
      if (this.idle) this.#settle();
      return runner;
    });
    this.ready.catch(() => void this.dispose());
  }

  get keepAliveMs(): number {
    return this.#keepAliveMs;
  }

  get retiring(): boolean {
    return this.#retiring || this.#gone !== undefined;
  }

  get idle(): boolean {
    return this.#users.size === 0;
  }

  /** Users whose request is over. */
  get abandoned(): number {
    const owners = [...this.#users].map(({ owner }) => owner);
    return countAbandoned(owners);
  }

  /** Uses it for the request of this signal; the returned function ends that, however often called. */
  enter(keepAliveMs: KeepAliveMs, owner: AbortSignal): () => void {
    const user = { owner };
    this.#users.add(user);
    if (keepAliveMs !== undefined) this.#keepAliveMs = keepAliveMs;
    clearTimeout(this.#timer);
    return () => {
      if (this.#users.delete(user) && this.idle) this.#settle();
    };
  }

  /** Goes once its running requests have ended, at once when there are none. */
  expire(): void {
    this.#keepAliveMs = 0;
    if (this.idle) void this.dispose();
  }

  /** Takes no further request, and settles when it is out of memory. */
  async retire(): Promise<void> {
    this.#retiring = true;
    await this.ready.catch(() => {});
    if (!this.idle) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
    await this.dispose();
  }

  /** Out of the list now, out of memory when settled; never rejects. */
  dispose(): Promise<void> {
    this.#gone ??= this.#free();
    return this.#gone;
  }

  status(): ResidentStatus<R> {
    const from = this.idle ? this.#idleSince : this.#options.now();
    return {
      name: this.#options.name,
      weightsDigest: this.#options.weightsDigest,
      contextLength: this.contextLength,
      expiresAt: from + this.#keepAliveMs,
      runner: this.#runner,
    };
  }

  async #free(): Promise<void> {
    clearTimeout(this.#timer);
    this.#options.onGone();
    const runner = await this.ready.catch(() => undefined);
    try {
      await runner?.dispose();
      this.#options.onFreed();
    } catch (err) {
      this.#options.onFreed(err);
    }
  }

  #settle(): void {
    this.#idleSince = this.#options.now();
    for (const wake of this.#whenIdle.splice(0)) wake();
    if (!this.retiring) this.#startClock();
  }

  #startClock(): void {
    clearTimeout(this.#timer);
    const leftMs = this.#idleSince + this.#keepAliveMs - this.#options.now();
    if (leftMs <= 0) {
      void this.dispose();
      return;
    }
    if (leftMs === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(() => this.#startClock(), Math.min(leftMs, LONGEST_TIMER_MS));
  }
}
