import { readlinkSync } from "node:fs";
import { getPriority, setPriority } from "node:os";
import { basename } from "node:path";

/** The most that Linux knows. */
const MOST_NICE = 19;

/**
 * Lets other threads go first from now on, for a thread whose work may take a moment longer: where it
 * wants the main thread's core, that has it. Only Linux has a priority for each thread; elsewhere
 * this does nothing.
 * @param steps of Linux's nice value beyond that of the process. With 5 the thread has a quarter of a
 *   core that another wants, too; with 10 a tenth.
 */
export function lowerThisThread(steps: number): void {
  if (process.platform !== "linux") return;
  try {
    const nice = Math.min(MOST_NICE, getPriority(process.pid) + steps);
    setPriority(Number(basename(readlinkSync("/proc/thread-self"))), nice);
  } catch {
    // There is no /proc, or the system does not allow it: the thread is as important as others.
  }
}
