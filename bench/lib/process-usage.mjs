import { readFile } from "node:fs/promises";

/** Linux counts processor time for programs in hundredths of a second on every machine. */
const MICROS_PER_TICK = 10_000;

/**
 * Processor time (all threads together) and memory of a process; undefined where there is no /proc.
 * @param {number} pid
 */
export async function processUsage(pid) {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    const status = await readFile(`/proc/${pid}/status`, "utf8");
    // The program's name may hold spaces; the fields after it do not. The first here is `state`.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [userTicks, systemTicks] = [Number(fields[11]), Number(fields[12])];
    const rssKb = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]);
    return { cpuUs: (userTicks + systemTicks) * MICROS_PER_TICK, rssMb: (rssKb * 1024) / 1e6 };
  } catch {
    return undefined;
  }
}
