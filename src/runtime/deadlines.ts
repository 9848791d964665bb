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
  after(ms: number, expire: () => void): () => void {
    const deadline = { at: performance.now() + ms, expire };
    this.#pending.add(deadline);
    this.#timer ??= setInterval(() => this.#sweep(), this.#sweepMs);
    return () => this.#drop(deadline);
  }

  get size(): number {
    return this.#pending.size;
  }

  #drop(deadline: Deadline): void {
    this.#pending.delete(deadline);
    if (this.#pending.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #sweep(): void {
    const now = performance.now();
    for (const deadline of [...this.#pending]) {
      if (deadline.at > now) continue;
      this.#drop(deadline);
      deadline.expire();
    }
  }
}
