import type { RawThread } from "../../src/runtime/thread-calls.ts";
import { openThread } from "../open-thread.ts";

/** JavaScript memory of the thread: for a page, a batch, and the largest answer that is written. */
const MAX_HEAP_MB = 256;

interface OpenOptions {
  /** File URL of workers/response-store/main, built (.js) on Node, as it is (.ts) on Bun. */
  entry: string;
  /**
   * Called when the thread has ended or failed by itself. Its pending tasks will not be answered.
   */
  onEnd: (err: unknown) => void;
}

/** The thread that owns the response cache's database; it starts with the first task. */
export function openStoreThread(options: OpenOptions): RawThread {
  return openThread({ ...options, name: "response store thread", maxHeapMb: MAX_HEAP_MB });
}
