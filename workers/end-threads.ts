import type { Tinypool } from "tinypool";

/** Ends a pool's threads, whatever they do; settles when they have ended. */
export async function endThreads(pool: Tinypool): Promise<void> {
  const ended = pool.threads.map((thread) => thread.terminate());
  // Tinypool alone would wait for ever for a thread that has ended itself.
  await Promise.race([pool.destroy(), Promise.all(ended)]);
}
