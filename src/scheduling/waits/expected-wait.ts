import { type Basis, type HoldTime, weaker } from "./hold-times.ts";
import type { Expected } from "./log-normal.ts";

/** A number of requests, and how long they will hold their places, one after the other. */
export class Work implements Expected {
  count = 0;
  meanMs = 0;
  variance = 0;
  /** The weakest of theirs. */
  basis: Basis = "measured";

  /** @param times so many of that kind; a part of one counts as such. */
  add({ meanMs, variance, basis }: HoldTime, times = 1): void {
    this.count += times;
    this.meanMs += times * meanMs;
    this.variance += times * variance;
    this.basis = weaker(this.basis, basis);
  }

  /** @param part from 0 to 1. */
  addAll({ count, meanMs, variance, basis }: Work, part: number): void {
    this.count += part * count;
    this.meanMs += part * meanMs;
    this.variance += part * variance;
    this.basis = weaker(this.basis, basis);
  }
}

/** Places that a request needs one of. */
export interface Places {
  /** How many there are. */
  count: number;
  /** What is left of the requests that hold one. */
  running: Work;
  /** The requests that wait for one and go before it. */
  ahead: Work;
}

/** Other models that go first, with so many places each, and when its own is promoted at the latest. */
interface Floor {
  work: Work;
  places: number;
  atMostMs: number;
}

/** All that a request waits for. */
export interface WaitFacts {
  /** It needs one of each: its model's, its line's, its tenant's. */
  places: Places[];
  /** What other models' requests have to do before its own can be loaded. */
  floor?: Floor | undefined;
}

/**
 * How long a request will wait for its place, in milliseconds: the time that as many waits exceed as
 * fall below it. Never negative, always finite, and no less with more work before the request.
 */
export function expectedWait({ places, floor }: WaitFacts): { ms: number; basis: Basis } {
  let longest: { ms: number; basis: Basis } = { ms: 0, basis: "measured" };
  for (const one of places) {
    const wait = untilFree(one);
    const ms = medianOf(floor ? after(floor, wait) : wait);
    if (ms > longest.ms) longest = { ms, basis: wait.basis };
  }
  if (!floor) return longest;
  return { ms: longest.ms, basis: weaker(longest.basis, floor.work.basis) };
}

function after({ work, places, atMostMs }: Floor, { meanMs, variance }: Expected): Expected {
  return {
    meanMs: meanMs + Math.min(atMostMs, work.meanMs / places),
    variance: variance + work.variance / places ** 2,
  };
}

/**
 * When one of so many places is free for a request. They share the work; when the last request
 * before it has begun, the others are still under way, each with as much left as those that run
 * now have on average.
 */
function untilFree({ count, running, ahead }: Places): Expected & { basis: Basis } {
  const basis = weaker(running.basis, ahead.basis);
  if (running.count + ahead.count < count) return { meanMs: 0, variance: 0, basis };
  const all = running.count > 0 ? running : ahead;
  const restMs = all.count > 0 ? all.meanMs / all.count : 0;
  const workMs = running.meanMs + ahead.meanMs;
  // The part of all this work that each place has done by then.
  const part = workMs > 0 ? Math.max(0, 1 - ((count - 1) * restMs) / workMs) / count : 0;
  const variance = (running.variance + ahead.variance) * part ** 2;
  return { meanMs: workMs * part, variance, basis };
}

/**
 * The median of a sum of log-normal times, which is nearly log-normal itself (Fenton, 1960): less
 * than the mean where one time decides, the mean where there are many.
 */
function medianOf({ meanMs, variance }: Expected): number {
  return meanMs > 0 ? meanMs / Math.sqrt(1 + variance / meanMs ** 2) : 0;
}
