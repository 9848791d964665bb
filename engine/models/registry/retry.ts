import { setTimeout as sleep } from "node:timers/promises";
import { RegistryError, reasonOf } from "./errors.ts";

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 10_000;

export type RetryPlan = {
  /** Tries in a row without progress before the request fails. */
  readonly tries: number;
  /** Milliseconds to wait after so many failures. */
  readonly waitMs: (failures: number) => number;
};

/**
 * Exponential backoff with as many tries as Ollama makes, and with jitter so that clients do not
 * retry all at once.
 */
export const BACKOFF: RetryPlan = {
  tries: 6,
  waitMs: (failures) =>
    Math.min(FIRST_WAIT_MS * 2 ** (failures - 1), LONGEST_WAIT_MS) * (0.5 + Math.random()),
};

/** For a request that has another source to fall back to. */
export const ONCE: RetryPlan = { tries: 1, waitMs: () => 0 };

/**
 * Repeats `attempt` until it succeeds. A call of `progressed` starts the count of failures anew.
 * @throws {RegistryError} what will not pass, and the last failure when there were too many.
 */
export async function withRetries<T>(
  attempt: (progressed: () => void) => Promise<T>,
  { tries, waitMs }: RetryPlan,
  signal: AbortSignal,
): Promise<T> {
  let failures = 0;
  for (;;) {
    try {
      return await attempt(() => {
        failures = 0;
      });
    } catch (err) {
      signal.throwIfAborted();
      if (!(err instanceof RegistryError && err.retryable)) throw err;
      failures += 1;
      if (failures >= tries) {
        if (tries === 1) throw err;
        throw new RegistryError(`max retries exceeded: ${reasonOf(err)}`, { cause: err });
      }
      await sleep(Math.max(err.waitMs, waitMs(failures)), undefined, { signal });
    }
  }
}
