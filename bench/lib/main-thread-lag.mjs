import { createServer } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { quantile } from "./statistics.mjs";

const TICK_MS = 5;
const STREAMS = 8;
const CHUNK_MS = 20;

/**
 * How late this thread's timers are, and the chunks that it streams, for a while.
 * @param {number} ms
 * @returns {Promise<{ loopP99Ms: number, chunkP50Ms: number, chunkP99Ms: number }>}
 */
export async function mainThreadLag(ms) {
  const until = performance.now() + ms;
  const [loop, lags] = await Promise.all([ticks(until), chunks(until)]);
  return {
    loopP99Ms: quantile(loop, 0.99),
    chunkP50Ms: quantile(lags, 0.5),
    chunkP99Ms: quantile(lags, 0.99),
  };
}

/** @param {number} until @returns {Promise<number[]>} how late each tick was */
async function ticks(until) {
  const lags = [];
  for (let from = performance.now(); from < until; from = performance.now()) {
    await delay(TICK_MS);
    lags.push(Math.max(0, performance.now() - from - TICK_MS));
  }
  return lags;
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
