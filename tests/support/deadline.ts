/** Nothing here takes a second on an idle machine; a busy one is given time, what hangs is told. */
const DEADLINE_MS = 20_000;

/** Waits for a promise under a labelled deadline: what hangs fails and says what it awaited. */
export async function within<T>(promise: Promise<T>, what: string, ms = DEADLINE_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${ms} ms for: ${what}`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Waits until a condition holds, asked again with each turn of the event loop's timers; one that
 * has to ask others, which takes the processor from them, less and less often.
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  ms = DEADLINE_MS,
): Promise<void> {
  const end = performance.now() + ms;
  for (let pause = 5; ;) {
    const holds = condition();
    if (await holds) return;
    if (performance.now() > end) throw new Error(`waited ${ms} ms until: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pause));
    if (holds instanceof Promise) pause = Math.min(25, pause + 1);
  }
}
