import type { RawThread } from "../thread-calls.ts";
import { openThread, type ThreadOptions } from "../open-thread.ts";

/** JavaScript memory of the thread: for a page, a batch, and the largest answer that is written. */
const MAX_HEAP_MB = 256;

/**
 * The thread of workers/response-store/main, which owns the response cache's database. It starts
 * with the first task.
 */
export function openStoreThread(options: ThreadOptions): RawThread {
  return openThread({ ...options, name: "response store thread", maxHeapMb: MAX_HEAP_MB });
}
