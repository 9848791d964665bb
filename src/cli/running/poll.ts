import { setTimeout as pause } from "node:timers/promises";

interface PollOptions<T> {
  /** What is waited for; undefined: not yet. */
  look: () => Promise<T | undefined>;
  patienceMs: number;
  /** Called before each look with the time that has passed. */
  onWait: (passedMs: number) => void;
  /** Ends the waiting with its reason. */
  signal: AbortSignal;
}

const PAUSE_MS = 100;

/** Looks again and again. @returns undefined when the patience is over. @throws the signal's reason */
export async function poll<T>(options: PollOptions<T>): Promise<T | undefined> {
  const { look, patienceMs, onWait, signal } = options;
  const begun = performance.now();
  for (;;) {
    signal.throwIfAborted();
    const passedMs = performance.now() - begun;
    onWait(passedMs);
    const found = await look();
    if (found !== undefined) return found;
    if (passedMs > patienceMs) return undefined;
    await pause(PAUSE_MS, undefined, { signal }).catch(() => {});
  }
}
