import { awakeNow } from "./awake-clock.ts";
import { WatchList } from "./watch-list.ts";

interface Deadline {
  at: number;
  expire: () => void;
}

/** Deadlines of running requests. One timer serves all, and runs only while there are any. */
export class Deadlines {
  readonly #sweepMs: number;
  readonly #pending = new WatchList<Deadline>();
  #timer: NodeJS.Timeout | undefined;

  constructor({ sweepMs = 100 }: { sweepMs?: number } = {}) {
    this.#sweepMs = sweepMs;
  }

  /** Calls `expire` once when `ms` have passed, unless the returned function is called before. */
  after(ms: number, expire: () => void): () => boolean {
    const seat = this.#pending.add({ at: awakeNow() + ms, expire });
    this.#timer ??= setInterval(() => this.#sweep(), this.#sweepMs).unref();
    return () => this.#pending.remove(seat);
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
    const now = awakeNow();
    this.#pending.forEach((seat) => {
      const { at, expire } = seat.member;
      // One that expires may call off another.
      if (at <= now && this.#pending.remove(seat)) expire();
    });
  }
}
