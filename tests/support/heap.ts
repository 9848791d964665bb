import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { onBun } from "../../src/runtime/on-bun.ts";

/** Bytes that are alive after everything unreachable was collected. */
export async function liveHeapBytes(): Promise<number> {
  // Finalisers and closed sockets give their memory back a turn of the loop later.
  for (let round = 0; round < 4; round += 1) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return process.memoryUsage().heapUsed;
}

function collect(): void {
  if (onBun) {
    (globalThis as unknown as { Bun: { gc: (force: boolean) => void } }).Bun.gc(true);
    return;
  }
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}
