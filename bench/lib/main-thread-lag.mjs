import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { quantile } from "./statistics.mjs";

const TICK_MS = 5;
const STREAMS = 8;
const CHUNK_MS = 20;

/**
 * How late this thread's timers are, and the chunks that it streams, for a while.
 * @param {number} ms
 * @returns {Promise<{ loopP99Ms: number, ownP99Ms: number, chunkP50Ms: number, chunkP99Ms: number }>}
 * `ownP99Ms` is the loop's without the time in which other programs and threads had the cores
 */
export async function mainThreadLag(ms) {
  const until = performance.now() + ms;
  const [loop, lags] = await Promise.all([ticks(until), chunks(until)]);
  return {
    loopP99Ms: quantile(loop.lags, 0.99),
    ownP99Ms: quantile(loop.own, 0.99),
    chunkP50Ms: quantile(lags, 0.5),
    chunkP99Ms: quantile(lags, 0.99),
  };
}

/** @param {number} until how late each tick was, in all and without waiting for a core */
async function ticks(until) {
  const [lags, own] = [[], []];
  for (let from = performance.now(); from < until; from = performance.now()) {
    const waited = waitedMs();
    await delay(TICK_MS);
    const late = Math.max(0, performance.now() - from - TICK_MS);
    lags.push(late);
    own.push(Math.max(0, late - (waitedMs() - waited)));
  }
  return { lags, own };
}

/** How long this thread has waited for a core, because others had them; 0 where nobody tells. */
function waitedMs() {
  try {
    return Number(readFileSync("/proc/self/schedstat", "latin1").split(" ")[1]) / 1e6;
  } catch {
    return 0;
  }
}

/** @param {number} until @returns {Promise<number[]>} how long each chunk was on its way */
async function chunks(until) {
  const server = createServer((_request, response) => {
    let dueAt = performance.now() + CHUNK_MS;
    const timer = setInterval(() => {
      // With the time at which it was due, so that a thread that is held up is seen.
      for (; dueAt <= performance.now(); dueAt += CHUNK_MS) response.write(`${dueAt}\n`);
      if (dueAt < until) return;
      clearInterval(timer);
      response.end();
    }, CHUNK_MS / 4);
  });
  await new Promise((resolve) => void server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  try {
    const streams = Array.from({ length: STREAMS }, () => chunkLags(`http://127.0.0.1:${port}/`));
    return (await Promise.all(streams)).flat();
  } finally {
    server.close();
  }
}

/** @param {string} url */
async function chunkLags(url) {
  const lags = [];
  const answer = await fetch(url);
  for await (const bytes of answer.body ?? []) {
    const now = performance.now();
    for (const line of Buffer.from(bytes).toString().split("\n")) {
      if (line !== "") lags.push(now - Number(line));
    }
  }
  return lags;
}
