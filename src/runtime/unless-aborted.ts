import type { Signal } from "./light-signal.ts";

/**
 * Waits for work that goes on without its waiter, until the signal aborts.
 * @throws what the work throws; the signal's reason.
 */
export function unlessAborted<T>(work: Promise<T>, signal: Signal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason);
    if (signal.aborted) leave();
    else signal.addEventListener("abort", leave, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
  });
}
