import { readdirSync, readFileSync } from "node:fs";
import { setPriority } from "node:os";

/**
 * Linux's nice value. The threads get the time that others leave: a tenth when both cores are busy.
 */
const NICE = 10;

/** The library's threads start within the first milliseconds of a job. */
const STARTED_AFTER_MS = 10;

const known = new Set<string>();

/**
 * Runs a job of the image library at low priority, so that streams do not wait for pixels. Only
 * Linux has a priority for each thread (with two cores and 32 streams beside, chunks then come as
 * fast as without); elsewhere this does nothing.
 */
export async function atLowPriority<T>(job: () => Promise<T>): Promise<T> {
  if (process.platform !== "linux") return job();
  lowerThreads();
  const timer = setTimeout(lowerThreads, STARTED_AFTER_MS);
  try {
    return await job();
  } finally {
    clearTimeout(timer);
    lowerThreads();
  }
}

function lowerThreads(): void {
  for (const thread of readdirSync("/proc/self/task")) {
    if (known.has(thread)) continue;
    known.add(thread);
    try {
      const name = readFileSync(`/proc/self/task/${thread}/comm`, "utf8").trim();
      if (name === "libvips worker") setPriority(Number(thread), NICE);
    } catch {
      // The thread has ended meanwhile, or the system does not allow it.
    }
  }
}
