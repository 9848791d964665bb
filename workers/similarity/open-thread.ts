import { Tinypool } from "tinypool";
import type { RawThread } from "../../src/similarity/similarity-thread.ts";
import { endThreads } from "../end-threads.ts";

/** The longest that a timer can be set to, 25 days: tinypool knows no "never". */
const FOR_EVER_MS = 2_147_483_647;

/** JavaScript memory of the thread. Vectors and indexes are outside of it. */
const MAX_HEAP_MB = 512;

interface OpenOptions {
  /** File URL of workers/similarity/main, built (.js) on Node, as it is (.ts) on Bun. */
  entry: string;
  /** Told when the thread has ended or failed by itself; nothing that was asked will be answered. */
  onEnd: (err: unknown) => void;
}

/** A pool of exactly one thread, which holds what it was told. It starts with the first task. */
export function openSimilarityThread({ entry, onEnd }: OpenOptions): RawThread {
  const pool = new Tinypool({
    filename: entry,
    minThreads: 0,
    maxThreads: 1,
    // An end for idleness would lose what it holds.
    idleTimeout: FOR_EVER_MS,
    // A thread that waits on an atomic has no turns to build its indexes in, and is no faster.
    useAtomics: false,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  });
  pool.on("error", onEnd);
  const watched = new WeakSet<object>();
  return {
    run: (input, task) => {
      // Without a signal: an abort would end the thread.
      const output = pool.run(input, task);
      for (const thread of pool.threads) {
        if (watched.has(thread)) continue;
        watched.add(thread);
        // Tinypool does not look: a task on a thread that exits would be pending for ever.
        thread.once("exit", () => onEnd(new Error("the similarity thread has ended")));
      }
      return output;
    },
    end: () => endThreads(pool),
  };
}
