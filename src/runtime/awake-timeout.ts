import { awakeNow } from "./awake-clock.ts";

/** A timer may be early by a part of a millisecond. */
const EARLY_MS = 1;

/**
 * Calls `expire` once when `ms` have passed in which the machine was awake. A timer of the runtime
 * that was set before a sleep may be due at its end, whatever is left of its time.
 * @param isUnref the process does not stay for it.
 * @returns what calls it off.
 */
export function awakeTimeout(
  ms: number,
  expire: () => void,
  { isUnref = false }: { isUnref?: boolean } = {},
): () => void {
  const at = awakeNow() + ms;
  // It goes on with what it has begun with: meanwhile a test may have put another clock in place.
  const begin = setTimeout;
  let timer: NodeJS.Timeout | undefined;
  const wait = (forMs: number): void => {
    timer = begin(() => {
      const leftMs = at - awakeNow();
      // More than it began with can only be another clock's, such as a test's.
      if (leftMs > EARLY_MS && leftMs <= forMs) wait(leftMs);
      else expire();
    }, forMs);
    if (isUnref) timer.unref();
  };
  wait(ms);
  return () => clearTimeout(timer);
}

/** As `AbortSignal.timeout`, of the time in which the machine is awake. */
export function awakeTimeoutSignal(ms: number): AbortSignal {
  const limit = new AbortController();
  const expire = (): void => limit.abort(new DOMException("It took too long", "TimeoutError"));
  awakeTimeout(ms, expire, { isUnref: true });
  return limit.signal;
}
