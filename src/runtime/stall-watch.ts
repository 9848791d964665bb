import { WatchList } from "./watch-list.ts";

/** Something that moves on in steps, and may stall. */
interface Watched {
  /** A figure that differs after each step; undefined while the other side is not waited for. */
  steps: () => number | undefined;
  /** Called once: it was waited for, and no step came. */
  stalled: () => void;
}

interface Entry extends Watched {
  seen: number | undefined;
  since: number;
}

/** How often it is looked at most, in milliseconds: a stall is noticed at most this late. */
const SWEEP_MS = 1000;

/**
 * Tells of whatever makes no step for too long. One timer serves all of them, and runs only while
 * there are any: nothing is done with a step, and the runtimes' own limits count the whole time.
 */
export class StallWatch {
  readonly stallMs: number;
  readonly #onStall: (() => void) | undefined;
  readonly #entries = new WatchList<Entry>();
  #timer: NodeJS.Timeout | undefined;

  constructor({ stallMs, onStall }: { stallMs: number; onStall?: () => void }) {
    this.stallMs = stallMs;
    this.#onStall = onStall;
  }

  /** Watches until the returned function is called, or it has stalled. */
  watch(watched: Watched): () => void {
    const { steps, stalled } = watched;
    const seat = this.#entries.add({ steps, stalled, seen: steps(), since: performance.now() });
    const everyMs = Math.min(SWEEP_MS, this.stallMs / 10);
    this.#timer ??= setInterval(() => this.#sweep(), everyMs).unref();
    return () => void this.#entries.remove(seat);
  }

  /** Ends the timer when there was nothing to watch: not with each entry, which has its price. */
  #sweep(): void {
    if (this.#entries.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    const now = performance.now();
    this.#entries.forEach((seat) => {
      const entry = seat.member;
      const steps = entry.steps();
      if (steps === undefined || steps !== entry.seen) {
        entry.seen = steps;
        entry.since = now;
      } else if (now - entry.since >= this.stallMs) {
        // One that stalls may call off another.
        if (!this.#entries.remove(seat)) return;
        this.#onStall?.();
        entry.stalled();
      }
    });
  }
}
