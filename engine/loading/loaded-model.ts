import type { KeepAliveMs } from "../values/keep-alive.ts";
import { countAbandoned } from "../watch/place-report.ts";

/** What a loaded model needs of its runner. */
export type Runner = { dispose(): Promise<void> };

export type LoadedModelStatus<R> = {
  readonly name: string;
  readonly weightsDigest: string;
  readonly contextLength: number;
  /** Milliseconds since 1970; `Infinity` is never. */
  readonly expiresAt: number;
  /** `undefined` while the model is being loaded. */
  readonly runner: R | undefined;
};

type LoadedModelOptions<R> = {
  readonly name: string;
  readonly weightsDigest: string;
  readonly contextLength: number;
  readonly keepAliveMs: number;
  readonly now: () => number;
  readonly ready: Promise<R>;
  readonly onLoaded: () => void;
  /** The model has left the list; its memory is still to be freed. */
  readonly onUnlisted: () => void;
  /** The model is out of memory, or `failure` says why freeing it failed. */
  readonly onFreed: (failure?: unknown) => void;
};

/** Timers take 31 bits; a longer keep-alive is looked at again then. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * One model in memory, the leases on it, and its expiry. The keep-alive clock starts when the last
 * lease is released.
 */
export class LoadedModel<R extends Runner> {
  readonly ready: Promise<R>;
  readonly contextLength: number;
  readonly #options: LoadedModelOptions<R>;
  #runner: R | undefined;
  /** One object a lease: a request may hold two. */
  readonly #leases = new Set<{ readonly owner: AbortSignal }>();
  #keepAliveMs: number;
  #idleSince: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #evicting = false;
  #unloading: Promise<void> | undefined;
  #idleWaiters: (() => void)[] = [];

  constructor(options: LoadedModelOptions<R>) {
    this.#options = options;
    this.contextLength = options.contextLength;
    this.#keepAliveMs = options.keepAliveMs;
    this.#idleSince = options.now();
    this.ready = options.ready.then((runner) => {
      this.#runner = runner;
      options.onLoaded();
      if (this.idle) this.#becameIdle();
      return runner;
    });
    this.ready.catch(() => void this.unload());
  }

  get keepAliveMs(): number {
    return this.#keepAliveMs;
  }

  /** Whether the model takes no further lease. */
  get leaving(): boolean {
    return this.#evicting || this.#unloading !== undefined;
  }

  get idle(): boolean {
    return this.#leases.size === 0;
  }

  /** Leases whose request is over. */
  get abandoned(): number {
    const owners = [...this.#leases].map(({ owner }) => owner);
    return countAbandoned(owners);
  }

  /**
   * Keeps the model in memory for the request of this signal. Returns the release, which works
   * once, however often it is called.
   */
  lease(keepAliveMs: KeepAliveMs, owner: AbortSignal): () => void {
    const lease = { owner };
    this.#leases.add(lease);
    if (keepAliveMs !== undefined) this.#keepAliveMs = keepAliveMs;
    clearTimeout(this.#timer);
    return () => {
      if (this.#leases.delete(lease) && this.idle) this.#becameIdle();
    };
  }

  /** Unloads the model once its running requests have ended, at once when there are none. */
  expire(): void {
    this.#keepAliveMs = 0;
    if (this.idle) void this.unload();
  }

  /** Takes no further lease, and settles when the model is out of memory. */
  async evict(): Promise<void> {
    this.#evicting = true;
    await this.ready.catch(() => {});
    if (!this.idle) await new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
    await this.unload();
  }

  /** Out of the list now, out of memory when settled; never rejects. */
  unload(): Promise<void> {
    this.#unloading ??= this.#free();
    return this.#unloading;
  }

  status(): LoadedModelStatus<R> {
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
    this.#options.onUnlisted();
    const runner = await this.ready.catch(() => undefined);
    try {
      await runner?.dispose();
      this.#options.onFreed();
    } catch (err) {
      this.#options.onFreed(err);
    }
  }

  #becameIdle(): void {
    this.#idleSince = this.#options.now();
    for (const wake of this.#idleWaiters.splice(0)) wake();
    if (!this.leaving) this.#startKeepAlive();
  }

  #startKeepAlive(): void {
    clearTimeout(this.#timer);
    const leftMs = this.#idleSince + this.#keepAliveMs - this.#options.now();
    if (leftMs <= 0) {
      void this.unload();
      return;
    }
    if (leftMs === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(() => this.#startKeepAlive(), Math.min(leftMs, LONGEST_TIMER_MS));
  }
}
