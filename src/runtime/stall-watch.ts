import { awakeClock, awakeNow } from "./awake-clock.ts";
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

/** The longest time between sweeps, in milliseconds: a stall is noticed at most this late. */
const SWEEP_MS = 1000;

/**
 * Reports what makes no step for too long. One timer serves all entries, and runs only while there
 * are some: a step costs nothing here, and the runtimes' own limits count the whole time. After a sleep
 * of the machine the time starts again: what was on its way may be lost, and is sent once more.
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
    const seat = this.#entries.add({ steps, stalled, seen: steps(), since: awakeNow() });
    const everyMs = Math.min(SWEEP_MS, this.stallMs / 10);
    this.#timer ??= setInterval(() => this.#sweep(), everyMs).unref();
    return () => void this.#entries.remove(seat);
  }

  /** Stops the timer when nothing is watched: to do so with each entry would have its price. */
  #sweep(): void {
    if (this.#entries.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    const now = awakeNow();
    this.#entries.forEach((seat) => {
      const entry = seat.member;
      const steps = entry.steps();
      if (steps === undefined || steps !== entry.seen) {
        entry.seen = steps;
        entry.since = now;
      } else if (now - Math.max(entry.since, awakeClock.wokeAt) >= this.stallMs) {
        // An entry that stalls may cancel another.
        if (!this.#entries.remove(seat)) return;
        this.#onStall?.();
        entry.stalled();
      }
    });
  }
}
