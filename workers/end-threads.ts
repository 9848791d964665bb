import type { Tinypool } from "tinypool";

/** Ends a pool's threads, whatever they are doing, and settles when they have ended. */
export async function endThreads(pool: Tinypool): Promise<void> {
  const ended = pool.threads.map((thread) => thread.terminate());
  // Tinypool alone would wait for ever for a thread that has ended by itself.
  await Promise.race([pool.destroy(), Promise.all(ended)]);
}
