import { uptime } from "node:os";

/** Where the clock reads the time; tests give their own. */
export interface ClockSources {
  /** Milliseconds that nobody sets; whether a sleep counts depends on the system and the runtime. */
  steadyMs: () => number;
  /** Milliseconds since the machine has started, with those that it has slept. */
  uptimeMs: () => number;
  /** Milliseconds of processor time that this process has had. */
  cpuMs: () => number;
}

/** Somebody who wants to know of sleeps. */
interface WatchOptions {
  /** What is shorter is no sleep. */
  leastMs?: number | undefined;
  /** Told once after each sleep, how long it was in milliseconds. */
  onWake: (sleptMs: number) => void;
}

/** How the clocks stood. */
interface Reading {
  steadyMs: number;
  uptimeMs: number;
  cpuMs: number;
}

const SYSTEM: ClockSources = {
  steadyMs: () => performance.now(),
  uptimeMs: () => uptime() * 1000,
  cpuMs: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};

const TICK_MS = 1000;

/** Shorter ones matter to no limit, and a machine that is short of memory may stand still as long. */
const LEAST_SLEEP_MS = 10_000;

/** Who has had so much of the time on a processor was at work, and did not sleep. */
const AT_WORK = 0.25;

/**
 * A clock that stands still while the machine sleeps, or while this process is stopped. Limits,
 * patience and idle times go by it: nobody has waited in a time in which nothing could happen.
 *
 * Some systems count a sleep in the steady clock (Node on a Mac, and everywhere a stopped process),
 * others do not (Linux). Where it counts, the clock jumps between two readings, the last of which is
 * a tick ago at most, while the process had no processor. Where it does not, only the machine's
 * uptime has moved on, and there is nothing to take off. While nobody watches it is the steady clock.
 */
export class AwakeClock {
  readonly #sources: ClockSources;
  readonly #watches = new Set<{ leastMs: number; onWake: WatchOptions["onWake"] }>();
  /** From when on a gap may be a sleep; for ever away while nobody watches. */
  #leastMs = Infinity;
  #seenAt = 0;
  #sleptMs = 0;
  #untoldMs = 0;
  #wokeAt = Number.NEGATIVE_INFINITY;
  #last: Reading = { steadyMs: 0, uptimeMs: 0, cpuMs: 0 };
  #timer: NodeJS.Timeout | undefined;

  constructor(sources: ClockSources = SYSTEM) {
    this.#sources = sources;
  }

  /** Milliseconds; never less than before. */
  now(): number {
    const steadyMs = this.#sources.steadyMs();
    // At once, and not with the next tick: timers that are due after a sleep may come before it.
    if (steadyMs - this.#seenAt >= this.#leastMs) this.#mayHaveSlept(steadyMs);
    this.#seenAt = steadyMs;
    return steadyMs - this.#sleptMs;
  }

  /** When the last sleep was over, on this clock; minus infinity where there was none. */
  get wokeAt(): number {
    return this.#wokeAt;
  }

  /** Milliseconds since the last sleep was over, as of this very moment; infinity where there was none. */
  sinceWakeMs(): number {
    if (this.#timer) this.#look();
    return this.now() - this.#wokeAt;
  }

  /** Watches for sleeps until the returned function is called. */
  watch({ leastMs = LEAST_SLEEP_MS, onWake }: WatchOptions): () => void {
    const watch = { leastMs, onWake };
    if (this.#watches.size === 0) this.#begin();
    this.#watches.add(watch);
    this.#setLeast();
    return () => {
      if (!this.#watches.delete(watch)) return;
      this.#setLeast();
      if (this.#watches.size === 0) this.#end();
    };
  }

  #begin(): void {
    this.#last = this.#read();
    this.#seenAt = this.#last.steadyMs;
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref();
  }

  /** It is the steady clock again. */
  #end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#sleptMs = 0;
    this.#untoldMs = 0;
    this.#wokeAt = Number.NEGATIVE_INFINITY;
  }

  #setLeast(): void {
    this.#leastMs = Math.min(Infinity, ...[...this.#watches].map(({ leastMs }) => leastMs));
  }

  #tick(): void {
    this.#look();
    if (this.#untoldMs === 0) return;
    const sleptMs = this.#untoldMs;
    this.#untoldMs = 0;
    for (const { leastMs, onWake } of this.#watches) if (sleptMs >= leastMs) onWake(sleptMs);
  }

  /** Looks at all the clocks. */
  #look(): void {
    const now = this.now();
    const last = this.#last;
    const reading = this.#read();
    this.#last = reading;
    const uncountedMs = reading.uptimeMs - last.uptimeMs - (reading.steadyMs - last.steadyMs);
    if (uncountedMs < this.#leastMs) return;
    this.#untoldMs += uncountedMs;
    this.#wokeAt = now;
  }

  /** The steady clock has moved on by much since it was last read. */
  #mayHaveSlept(steadyMs: number): void {
    const gapMs = steadyMs - this.#seenAt;
    if (this.#sources.cpuMs() - this.#last.cpuMs > AT_WORK * gapMs) return;
    this.#sleptMs += gapMs;
    this.#untoldMs += gapMs;
    this.#wokeAt = steadyMs - this.#sleptMs;
  }

  #read(): Reading {
    const { steadyMs, uptimeMs, cpuMs } = this.#sources;
    return { steadyMs: steadyMs(), uptimeMs: uptimeMs(), cpuMs: cpuMs() };
  }
}

/** The clock of this process. */
export const awakeClock = new AwakeClock();

/** Milliseconds on a clock that stands still while the machine sleeps. */
export function awakeNow(): number {
  return awakeClock.now();
}

/** Whether the machine has slept since a moment of that clock: what began then tells no duration. */
export function hasSleptSince(at: number): boolean {
  // A sleep that is over this moment is known once the clock was read.
  awakeClock.now();
  return awakeClock.wokeAt >= at;
}
