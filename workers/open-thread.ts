import { Tinypool } from "tinypool";
import type { RawThread } from "./thread-calls.ts";
import { endThreads } from "./end-threads.ts";

/** The longest that a timer can be set to, 25 days: tinypool knows no "never". */
const FOR_EVER_MS = 2_147_483_647;

interface OpenOptions {
  /** File URL of the thread's entry, built (.js) on Node, as it is (.ts) on Bun. */
  entry: string;
  /** What it is called in errors. */
  name: string;
  /** JavaScript memory of the thread, in megabytes. */
  maxHeapMb: number;
  /** Told when the thread has ended or failed by itself; nothing that was asked will be answered. */
  onEnd: (err: unknown) => void;
}

/** A pool of exactly one thread, which holds what it was told. It starts with the first task. */
export function openThread({ entry, name, maxHeapMb, onEnd }: OpenOptions): RawThread {
  const pool = new Tinypool({
    filename: entry,
    minThreads: 0,
    maxThreads: 1,
    // An end for idleness would lose what it holds.
    idleTimeout: FOR_EVER_MS,
    // A thread that waits on an atomic has no turns for work of its own between tasks, and is no
    // faster.
    useAtomics: false,
    resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
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
        thread.once("exit", () => onEnd(new Error(`the ${name} has ended`)));
      }
      return output;
    },
    end: () => endThreads(pool),
  };
}
