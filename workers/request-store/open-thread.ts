import { openThread, type ThreadOptions } from "../open-thread.ts";
import type { RawThread } from "../thread-calls.ts";

/** JavaScript memory of the thread: for a batch, the sums of a window, and the times of its requests. */
const MAX_HEAP_MB = 256;

/** The thread of workers/request-store/main, which owns data/requests.db. It starts with the first task. */
export function openRequestThread(options: ThreadOptions): RawThread {
  return openThread({ ...options, name: "request store thread", maxHeapMb: MAX_HEAP_MB });
}
