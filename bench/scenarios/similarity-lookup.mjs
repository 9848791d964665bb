import { setTimeout as delay } from "node:timers/promises";
import { startSimilarityThread } from "../lib/similarity-thread.mjs";
import { median, quantile } from "../lib/statistics.mjs";
import { figure, markdownTable } from "../lib/table.mjs";
import { clusteredVectors, nearOne } from "../lib/vectors.mjs";

const DIMENSIONS = 384;
const COUNT = 10;
const WARM_UP = 200;
const LOOKUPS = 1000;
const QUERIES = 200;
/** Characters of a question and its answer, as the cache's own store has them. */
const TEXT_BYTES = 500;
/** Entries → the most that the median lookup may take, in milliseconds. */
const GOALS = new Map([
  [1000, 1],
  [4096, undefined],
  [100_000, 2],
]);
const MEMORY_GOAL = 2.5;
const RECALL_GOAL = 0.99;

/** A lookup with its way to the thread and back, by the number of entries. */
export async function similarityLookup() {
  const rows = [];
  for (const [entries, goalMs] of GOALS) rows.push({ goalMs, ...(await measure(entries)) });
  return {
    title: `The ${COUNT} nearest of vectors of ${DIMENSIONS} numbers`,
    table: markdownTable(
      [
        "entries",
        "lookup p50 ms",
        "p95 ms",
        "while it is indexed p50 ms",
        "indexed in s",
        `recall@${COUNT}`,
        "nearest found",
        "similarity off by",
        "memory MB",
        "× vectors and texts",
      ],
      rows.map((row) => [
        String(row.entries),
        figure(median(row.lookups)),
        figure(quantile(row.lookups, 0.95)),
        figure(median(row.early)),
        figure(row.indexedSec, 1),
        figure(row.recall, 4),
        figure(row.first, 4),
        row.error.toExponential(0),
        figure(row.memory / 1e6, 0),
        figure(row.memory / row.rawBytes),
      ]),
    ),
    goal:
      "under 1 ms at 1 000 entries, under 2 ms at 100 000, there with at most " +
      `${MEMORY_GOAL} times the bytes of vectors and texts and a recall of ${RECALL_GOAL}`,
    isMet: rows.every(
      ({ goalMs, lookups, recall, entries, memory, rawBytes }) =>
        (goalMs === undefined || median(lookups) < goalMs) &&
        recall >= RECALL_GOAL &&
        (entries < 100_000 || memory / rawBytes <= MEMORY_GOAL),
    ),
  };
}

async function measure(entries) {
  const thread = await startSimilarityThread();
  const { ok } = await thread.load("warm", [0], new Float32Array([1]));
  if (!ok) throw new Error("the thread took no vector");
  const before = await restingMemory();
  // What the cache itself keeps: each vector once, and the texts.
  const store = clusteredVectors(entries, DIMENSIONS);
  const texts = Array.from({ length: entries }, (_, i) => `${i}`.padEnd(TEXT_BYTES, "x"));
  const ids = texts.map((_, i) => i);
  const startedAt = performance.now();
  await thread.load("space", ids, store.slice());
  const search = (vector) => thread.search("space", vector, { count: COUNT, atLeast: -1 });
  const early = [];
  while (!(await isIndexed(thread, entries))) {
    early.push(await timed(search, nearOne(store, DIMENSIONS)));
    await delay(20);
  }
  const indexedSec = (performance.now() - startedAt) / 1000;
  const memory = (await restingMemory()) - before;
  for (let i = 0; i < WARM_UP; i += 1) await search(nearOne(store, DIMENSIONS));
  const lookups = [];
  for (let i = 0; i < LOOKUPS; i += 1) {
    lookups.push(await timed(search, nearOne(store, DIMENSIONS)));
  }
  const quality = await compare(search, store);
  await thread.destroy();
  const rawBytes = store.byteLength + texts.length * TEXT_BYTES;
  return { entries, lookups, early, indexedSec, memory, rawBytes, ...quality };
}

async function isIndexed(thread, entries) {
  const { indexed } = await thread.stats();
  return entries <= 4096 || indexed === entries;
}

async function timed(search, vector) {
  const startedAt = performance.now();
  await search(vector);
  return performance.now() - startedAt;
}

/** How near what was found is to what an exact search finds. */
async function compare(search, store) {
  let [hits, first, error] = [0, 0, 0];
  for (let query = 0; query < QUERIES; query += 1) {
    const vector = nearOne(store, DIMENSIONS);
    const { matches } = await search(vector);
    const exact = exactNearest(store, vector);
    const exactIds = new Set(exact.map(({ id }) => id));
    hits += matches.filter(({ id }) => exactIds.has(id)).length;
    if (matches[0].id === exact[0].id) first += 1;
    error = Math.max(error, Math.abs(matches[0].similarity - exact[0].similarity));
  }
  return { recall: hits / QUERIES / COUNT, first: first / QUERIES, error };
}

function exactNearest(store, vector) {
  const all = [];
  for (let from = 0; from < store.length; from += DIMENSIONS) {
    let similarity = 0;
    for (let i = 0; i < DIMENSIONS; i += 1) similarity += store[from + i] * vector[i];
    all.push({ id: from / DIMENSIONS, similarity });
  }
  return all.sort((a, b) => b.similarity - a.similarity).slice(0, COUNT);
}

/** The process's memory once garbage of both threads has had time to go. */
async function restingMemory() {
  for (let i = 0; i < 5; i += 1) {
    (globalThis.Bun ?? globalThis).gc?.(true);
    await delay(50);
  }
  return process.memoryUsage.rss();
}
