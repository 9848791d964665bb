import { readdir, readFile } from "node:fs/promises";

/**
 * Processor time of a process and memory; undefined where there is no /proc. To the microsecond:
 * what a process as a whole is said to have used is counted in hundredths of a second.
 * @param {number} pid
 * @returns {Promise<{ cpuUs: number, mainUs: number, rssMb: number } | undefined>} of all threads
 * together that have not ended, and of the first
 */
export async function processUsage(pid) {
  try {
    const threads = await readdir(`/proc/${pid}/task`);
    const times = await Promise.all(threads.map((thread) => threadUs(pid, thread)));
    const status = await readFile(`/proc/${pid}/status`, "utf8");
    const rssKb = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]);
    return {
      cpuUs: times.reduce((sum, us) => sum + us, 0),
      mainUs: await threadUs(pid, String(pid)),
      rssMb: (rssKb * 1024) / 1e6,
    };
  } catch {
    return undefined;
  }
}

/** @param {number} pid @param {string} thread @returns {Promise<number>} 0 where it has ended */
async function threadUs(pid, thread) {
  const stat = await readFile(`/proc/${pid}/task/${thread}/schedstat`, "utf8").catch(() => "0");
  return Number(stat.split(" ")[0]) / 1000;
}
