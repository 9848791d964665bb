import QuickLRU from "quick-lru";
import { ServiceError } from "../errors/service-error.ts";

const WINDOW_MS = 60_000;
/** Idle keys are forgotten above this number: 1 000 tenants on a dozen routes. */
const MAX_KEYS = 12_000;

interface Window {
  startedAt: number;
  used: number;
}

/** The state of a limit, as clients see it. */
export interface RateState {
  limit: number;
  remaining: number;
  /** When the window ends, in Unix seconds. */
  resetAtSec: number;
}

/** Fixed one-minute windows, one for each key (tenant and route). */
export class RateLimiter {
  readonly #now: () => number;
  readonly #windows = new QuickLRU<string, Window>({ maxSize: MAX_KEYS });

  constructor({ now = Date.now }: { now?: () => number } = {}) {
    this.#now = now;
  }

  /**
   * Counts one request.
   * @param onRefusal called with the state before a refusal is thrown, for the answer's headers.
   * @throws ServiceError `rate_limit_exceeded` once the minute is spent.
   */
  take(key: string, perMinute: number, onRefusal?: (state: RateState) => void): RateState {
    const now = this.#now();
    let window = this.#windows.get(key);
    if (!window || now - window.startedAt >= WINDOW_MS) {
      window = { startedAt: now, used: 0 };
      this.#windows.set(key, window);
    }
    const state = {
      limit: perMinute,
      remaining: Math.max(0, perMinute - window.used - 1),
      resetAtSec: Math.ceil((window.startedAt + WINDOW_MS) / 1000),
    };
    if (window.used >= perMinute) {
      onRefusal?.(state);
      throw tooMany(state);
    }
    window.used += 1;
    return state;
  }
}

function tooMany({ limit, resetAtSec }: RateState): ServiceError {
  return new ServiceError(
    "rate_limit_exceeded",
    `Rate limit exceeded: ${limit} requests a minute on this route`,
    { fields: { limit, reset_at: resetAtSec } },
  );
}
