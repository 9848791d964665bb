import type { Signal } from "./light-signal.ts";

/**
 * Waits for something that goes on without whoever waits, no longer than the signal lets it.
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
