import { stat } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { mainThreadLag } from "../lib/main-thread-lag.mjs";
import { pairedMedian } from "../lib/paired.mjs";
import { requestRecords } from "../lib/request-records.mjs";
import { startRequestStore } from "../lib/request-store.mjs";
import { median, quantile } from "../lib/statistics.mjs";
import { figure, markdownTable } from "../lib/table.mjs";

const DAY_MS = 86_400_000;
const RECORDS = 1_000_000;
const DAYS = 30;
const ROUNDS = 5;
/** Of the main thread's lag, with reads and without. */
const LAG_ROUNDS = 12;
const LAG_MS = 3000;
/** What counts as unchanged. */
const LOOP_GOAL_MS = 1;
/** Records are added until so many wait, and again when half of them are written. */
const MOST_WAITING = 10_000;

const AS_JSON = { format: "json", withShare: true };

/** @type {[what: string, read: Function, goalMs: number | undefined][]} */
const READS = [
  [
    "figures of 24 h",
    (store, now) => store.figures({ body: "analytics", fromMs: now - DAY_MS, toMs: now }),
    200,
  ],
  [
    "figures of 24 h of a project",
    (store, now) =>
      store.figures({ body: "analytics", fromMs: now - DAY_MS, toMs: now, project: "team-3" }),
    200,
  ],
  [
    "figures of 30 days",
    (store, now) => store.figures({ body: "analytics", fromMs: now - 30 * DAY_MS, toMs: now }),
    1000,
  ],
  [
    "figures of 30 days of a project",
    (store, now) =>
      store.figures({ body: "analytics", fromMs: now - 30 * DAY_MS, toMs: now, project: "team-3" }),
    1000,
  ],
  [
    "figures of 30 days of a model",
    (store, now) =>
      store.figures({
        body: "analytics",
        fromMs: now - 30 * DAY_MS,
        toMs: now,
        model: "model-3:latest",
      }),
    1000,
  ],
  [
    "usage of a year",
    (store, now) => all(store.usage({ ...AS_JSON, fromMs: now - 365 * DAY_MS, toMs: now })),
    300,
  ],
  ["the latest 100", (store) => store.rows({ order: "newest", limit: 100 }), undefined],
  [
    "100 of a status that none has",
    (store) => store.rows({ order: "newest", limit: 100, status: 418 }),
    undefined,
  ],
];

async function all(pages) {
  let chars = 0;
  for await (const page of pages) chars += page.length;
  return chars;
}

/** A month of a million requests: how fast it is written, how large it is, how fast it is read. */
export async function requestStore() {
  const { store, file, stop } = await startRequestStore();
  try {
    const now = Date.now();
    const perSecond = await fill(store, now);
    // Until all of it is in the sums.
    await summed(store, now);
    const rows = [];
    let isMet = perSecond >= 3000;
    for (const [what, read, goalMs] of READS) {
      const times = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        const startedAt = performance.now();
        await read(store, now);
        times.push(performance.now() - startedAt);
      }
      isMet &&= goalMs === undefined || median(times) < goalMs;
      rows.push([what, figure(median(times), 0), figure(quantile(times, 1), 0), figure(goalMs, 0)]);
    }
    await store.rows({ order: "newest", limit: 1 });
    const bytes = (await stat(file)).size / RECORDS;
    isMet &&= bytes <= 250;
    const beside = await besideReads(store, now);
    isMet &&= beside.isMet;
    return {
      title: `${RECORDS} requests over ${DAYS} days: ${figure(perSecond, 0)} are written a second, each takes ${figure(bytes, 0)} bytes`,
      table: `${markdownTable(["read", "median ms", "slowest ms", "goal ms"], rows)}\n\n${beside.table}`,
      goal: `3 000 a second, 250 bytes, each in its time, and the main thread's loop at most ${LOOP_GOAL_MS} ms later meanwhile`,
      isMet,
    };
  } finally {
    await stop();
  }
}

/** How late the main thread is while figures are read without a pause, and while none are, in turn. */
async function besideReads(store, now) {
  const seen = { alone: [], beside: [] };
  for (let round = 0; round < LAG_ROUNDS; round += 1) {
    for (const side of round % 2 === 0 ? ["alone", "beside"] : ["beside", "alone"]) {
      let isOver = false;
      const reading = side === "beside" ? readOn(store, now, () => isOver) : undefined;
      seen[side].push(await mainThreadLag(LAG_MS));
      isOver = true;
      await reading;
    }
  }
  const row = (what, key) => {
    const more = pairedMedian(seen.beside.map((lag, at) => lag[key] - seen.alone[at][key]));
    const cells = ["alone", "beside"].map((side) => median(seen[side].map((lag) => lag[key])));
    const range = `${figure(more.low)} to ${figure(more.high)}`;
    return {
      more,
      cells: [what, ...cells.map((ms) => figure(ms)), `${figure(more.median)} (${range})`],
    };
  };
  const loop = row("event loop without waiting for a core, p99", "ownP99Ms");
  const rows = [
    row("event loop, p99", "loopP99Ms"),
    loop,
    row("chunk, p50", "chunkP50Ms"),
    row("chunk, p99", "chunkP99Ms"),
  ];
  return {
    table: markdownTable(
      ["late on the main thread, ms", "alone", "while figures are read", "more (95 %)"],
      rows.map(({ cells }) => cells),
    ),
    isMet: loop.more.median <= LOOP_GOAL_MS,
  };
}

/** Reads figures of a day, of a month, and usage, one after the other. */
async function readOn(store, now, isOver) {
  while (!isOver()) {
    for (const [, read, goalMs] of READS) if (goalMs !== undefined) await read(store, now);
  }
}

/** @returns {Promise<number>} how many were written in a second */
async function fill(store, now) {
  const record = requestRecords();
  const startedAt = performance.now();
  for (let at = 0; at < RECORDS; at += 1) {
    store.add(record(now - DAYS * DAY_MS + 60_000 + (at / RECORDS) * (DAYS * DAY_MS - 120_000)));
    if (store.stats().pending < MOST_WAITING) continue;
    while (store.stats().pending > MOST_WAITING / 2) await delay(1);
  }
  await store.rows({ order: "newest", limit: 1 });
  if (store.stats().lost > 0) throw new Error("some were not written");
  return (RECORDS * 1000) / (performance.now() - startedAt);
}

async function summed(store, now) {
  for (;;) {
    let requests = 0;
    for await (const page of store.usage({ ...AS_JSON, fromMs: now - 40 * DAY_MS, toMs: now })) {
      for (const day of JSON.parse(`[${page}]`)) requests += day.requests;
    }
    if (requests === RECORDS) return;
  }
}
