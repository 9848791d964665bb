/** The requests of a time, by when they began: milliseconds since 1970, from the first, up to the second. */
export interface FiguresWindow {
  fromMs: number;
  toMs: number;
}

const MINUTE_MS = 60_000;

/** The last moment that a date can be. */
const END_OF_TIME_MS = 8.64e15;

/**
 * The last minutes. It has no end: where the clock was put back, requests have begun later than now.
 * @param minutes undefined: all that is kept, as with more than that; 0 or less: nothing.
 */
export function figuresWindow(minutes: number | undefined, nowMs: number): FiguresWindow {
  if (minutes === undefined) return { fromMs: 0, toMs: END_OF_TIME_MS };
  if (minutes <= 0) return { fromMs: 0, toMs: 0 };
  return { fromMs: Math.max(0, Math.round(nowMs - minutes * MINUTE_MS)), toMs: END_OF_TIME_MS };
}
