import { openThread, type ThreadOptions } from "../open-thread.ts";
import type { RawThread } from "../thread-calls.ts";

/** JavaScript memory of the thread: what it keeps compiled, and one answer with its faults. */
const MAX_HEAP_MB = 256;

/** The thread of workers/schemas/main, which compiles schemas and runs them. */
export function openSchemaThread(options: ThreadOptions): RawThread {
  return openThread({ ...options, name: "schema thread", maxHeapMb: MAX_HEAP_MB });
}
