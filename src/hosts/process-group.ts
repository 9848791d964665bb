import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

const GRACE_MS = 2000;
const LOOK_EVERY_MS = 50;
/** What is still there so long after SIGKILL waits for the system: a disk, a driver. */
const GIVE_UP_MS = 1000;

/**
 * Ends what is left of the process group whose leader has just ended: SIGTERM, and SIGKILL after
 * `graceMs`. Settles when nothing is left of it; at once when there was nothing. To be called when
 * the leader's end is seen: the number of a group is not given to another process while it has
 * members, and a group that is seen empty is never signalled again.
 */
export async function endGroup(leaderPid: number, graceMs = GRACE_MS): Promise<void> {
  if (!signalProcess(-leaderPid, "SIGTERM")) return;
  if (await isGone(leaderPid, graceMs)) return;
  if (signalProcess(-leaderPid, "SIGKILL")) await isGone(leaderPid, GIVE_UP_MS);
}

async function isGone(leaderPid: number, withinMs: number): Promise<boolean> {
  const end = performance.now() + withinMs;
  while (isThere(leaderPid)) {
    if (performance.now() > end) return false;
    await delay(LOOK_EVERY_MS);
  }
  return true;
}

/**
 * Whether a group has living members. In a container without an init that reaps, the dead stay
 * listed for ever; Linux says of each process whether it is one of them.
 */
function isThere(group: number): boolean {
  if (!signalProcess(-group, 0)) return false;
  if (process.platform !== "linux") return true;
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.some((pid) => isLivingMember(pid, group));
}

function isLivingMember(pid: string, group: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // "pid (name) state parent group …", and a name may hold anything.
    const [state, , itsGroup] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return Number(itsGroup) === group && state !== "Z" && state !== "X";
  } catch {
    return false;
  }
}

/**
 * Sends a signal (0 only tests) to a process, or to the group of a negative number.
 * @returns false when there is none, or none that may be signalled.
 */
export function signalProcess(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
