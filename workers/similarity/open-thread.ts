import type { RawThread } from "../../src/runtime/thread-calls.ts";
import { openThread } from "../open-thread.ts";

/** JavaScript memory of the thread. Vectors and indexes are outside of it. */
const MAX_HEAP_MB = 512;

interface OpenOptions {
  /** File URL of workers/similarity/main, built (.js) on Node, as it is (.ts) on Bun. */
  entry: string;
  /**
   * Called when the thread has ended or failed by itself. Its pending tasks will not be answered.
   */
  onEnd: (err: unknown) => void;
}

/** The thread that compares vectors; it starts with the first task. */
export function openSimilarityThread(options: OpenOptions): RawThread {
  return openThread({ ...options, name: "similarity thread", maxHeapMb: MAX_HEAP_MB });
}
