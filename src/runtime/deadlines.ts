interface Deadline {
  at: number;
  expire: () => void;
}

/** Deadlines of running requests. One timer serves all, and runs only while there are any. */
export class Deadlines {
  readonly #sweepMs: number;
  readonly #pending = new Set<Deadline>();
  #timer: NodeJS.Timeout | undefined;

  constructor({ sweepMs = 100 }: { sweepMs?: number } = {}) {
    this.#sweepMs = sweepMs;
  }

  /** Calls `expire` once when `ms` have passed, unless the returned function is called before. */
  after(ms: number, expire: () => void): () => boolean {
    const deadline = { at: performance.now() + ms, expire };
    this.#pending.add(deadline);
    this.#timer ??= setInterval(() => this.#sweep(), this.#sweepMs).unref();
    return () => this.#pending.delete(deadline);
  }

  get size(): number {
    return this.#pending.size;
  }

  /** Ends the timer when there was nothing left: not with each request, which has its price. */
  #sweep(): void {
    if (this.#pending.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    const now = performance.now();
    // Not a copy: one that expires may call off another.
    for (const deadline of this.#pending) {
      if (deadline.at > now) continue;
      this.#pending.delete(deadline);
      deadline.expire();
    }
  }
}
