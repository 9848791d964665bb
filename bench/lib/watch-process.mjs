// Loaded into the service before it starts (--import, --preload). SIGUSR2 asks for a report, which
// is written to WATCH_FILE: the longest that the main thread was held up since the last one, and
// the memory that is left after a collection. Where the system tells (Linux), only the time counts
// that it had a core: what else runs on the machine is not the service's doing.
import { openSync, readSync, renameSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const EVERY_MS = 5;
const file = process.env.WATCH_FILE ?? "";
let longestMs = 0;

const bytes = Buffer.alloc(128);
const schedule = openSchedule();

watch(workedMs());
process.on("SIGUSR2", () => void report());

/** @param {number} from */
function watch(from) {
  setTimeout(() => {
    const now = workedMs();
    longestMs = Math.max(longestMs, now - from - (schedule === undefined ? EVERY_MS : 0));
    watch(now);
  }, EVERY_MS).unref();
}

/** What the main thread has worked; where nobody knows, what has gone by. */
function workedMs() {
  if (schedule === undefined) return performance.now();
  const length = readSync(schedule, bytes, 0, bytes.length, 0);
  return Number.parseInt(bytes.toString("latin1", 0, length), 10) / 1e6;
}

function openSchedule() {
  try {
    return openSync(`/proc/${process.pid}/schedstat`, "r");
  } catch {
    return undefined;
  }
}

async function report() {
  const worstMs = longestMs;
  // What closed sockets and ended threads held goes a turn of the loop later.
  for (let round = 0; round < 5; round += 1) {
    collect();
    await delay(50);
  }
  const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage();
  writeFileSync(`${file}.new`, JSON.stringify({ worstMs, heapUsed, external, arrayBuffers, rss }));
  renameSync(`${file}.new`, file);
  // The collections held it up as well.
  await delay(2 * EVERY_MS);
  longestMs = 0;
}

function collect() {
  if (process.versions.bun) return globalThis.Bun.gc(true);
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
}
