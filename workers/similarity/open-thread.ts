import type { RawThread } from "../thread-calls.ts";
import { openThread, type ThreadOptions } from "../open-thread.ts";

/** JavaScript memory of the thread. Vectors and indexes are outside of it. */
const MAX_HEAP_MB = 512;

/** The thread of workers/similarity/main, which compares vectors; it starts with the first task. */
export function openSimilarityThread(options: ThreadOptions): RawThread {
  return openThread({ ...options, name: "similarity thread", maxHeapMb: MAX_HEAP_MB });
}
