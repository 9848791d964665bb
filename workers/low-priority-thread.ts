import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";
import { basename } from "node:path";

/**
 * Lets other threads go first from now on, for a thread whose work may take a moment longer: where it
 * wants the main thread's core, that has it. Only Linux has a priority for each thread; elsewhere
 * this does nothing.
 * @param nice Linux's nice value. With 5 the thread has a quarter of a core that another wants, too;
 *   with 10 a tenth.
 */
export function lowerThisThread(nice: number): void {
  if (process.platform !== "linux") return;
  try {
    setPriority(Number(basename(readlinkSync("/proc/thread-self"))), nice);
  } catch {
    // There is no /proc, or the system does not allow it: the thread is as important as others.
  }
}
