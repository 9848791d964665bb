import { Tinypool } from "tinypool";
import type { RawThread } from "./thread-calls.ts";
import { PoolThreads } from "./pool-threads.ts";

/** The longest timer, 25 days: tinypool has no "never". */
const FOR_EVER_MS = 2_147_483_647;

/** The options that a thread's owner gives. */
export interface ThreadOptions {
  /** File URL of the thread's entry, built (.js) on Node, as it is (.ts) on Bun. */
  entry: string;
  /**
   * Called when the thread has ended or failed by itself. Its pending tasks will not be answered.
   */
  onEnd: (err: unknown) => void;
}

interface OpenOptions extends ThreadOptions {
  /** The thread's name in errors. */
  name: string;
  /** JavaScript memory of the thread, in megabytes. */
  maxHeapMb: number;
}

/**
 * A pool of exactly one thread, which keeps state between tasks. The thread starts with the first
 * task.
 */
export function openThread({ entry, name, maxHeapMb, onEnd }: OpenOptions): RawThread {
  const pool = new Tinypool({
    filename: entry,
    minThreads: 0,
    maxThreads: 1,
    // Ending an idle thread would lose its state.
    idleTimeout: FOR_EVER_MS,
    // A thread that waits on an atomic cannot do work of its own between tasks, and is no faster.
    useAtomics: false,
    resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
  });
  pool.on("error", onEnd);
  const threads = new PoolThreads(pool, (thread) => {
    // Tinypool does not notice an exit: a task on that thread would be pending for ever.
    thread.once("exit", () => onEnd(new Error(`the ${name} has ended`)));
  });
  return {
    run: (input, task) => {
      // Without a signal: an abort would end the thread.
      const output = pool.run(input, task);
      threads.notice();
      return output;
    },
    end: () => threads.end(),
  };
}
