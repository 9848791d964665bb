import { setTimeout as delay } from "node:timers/promises";
import { processUsage } from "../lib/process-usage.mjs";
import { startRequestStore, serviceFile } from "../lib/request-store.mjs";
import { median, quantile } from "../lib/statistics.mjs";
import { figure, markdownTable } from "../lib/table.mjs";

const WARM_UP = 20;
const ROUNDS = 100;
const REQUESTS = 256;
const GOAL_US = process.versions.bun ? 15 : 25;

const LINE = {
  peer: "10.0.0.1",
  method: "POST",
  target: "/api/v1/chat",
  userAgent: "curl/8.5.0",
  referrer: undefined,
};
const NOWHERE = { write: () => {} };

/**
 * What a request costs the main thread when it ends, step by step: its record, the lines of the
 * logs, telling those who look on, and handing it to the thread of the store; and what it costs that.
 */
export async function requestCost() {
  const { newRequestId } = await import(serviceFile("src/requests/request-id"));
  const { RequestRecord } = await import(serviceFile("src/requests/request-record"));
  const { endedRequest } = await import(serviceFile("src/requests/ended-request"));
  const { RequestLog } = await import(serviceFile("src/requests/request-log"));
  const { ServiceEvents } = await import(serviceFile("src/events/service-events"));
  const { usageOf } = await import(serviceFile("src/inference/usage"));
  const { store, stop } = await startRequestStore();
  const usage = usageOf({
    prompt_eval_count: 40,
    eval_count: 50,
    prompt_eval_duration: 1e8,
    eval_duration: 9e8,
  });
  const one = (keep) => {
    const record = new RequestRecord(newRequestId(), keep);
    Object.assign(record, {
      tenant: "acme",
      project: "acme",
      client: "10.0.0.1",
      route: "POST /api/v1/chat",
      operation: "chat",
      model: "llama3.2:latest",
      bytesIn: 300,
      cache: { state: "MISS" },
    });
    Object.assign(record.call, { queueMs: 1.23, loadMs: 0, firstMs: 20.5, bodyMs: 900.1, usage });
    record.end({ status: 200, bytes: 4000, complete: true });
  };
  const logging = (onEnded) => {
    const files = { access: NOWHERE, events: NOWHERE, performance: NOWHERE };
    const log = new RequestLog(files, onEnded);
    return (record, end) => log.write(record, end, LINE);
  };
  const telling = (listener) => {
    const events = new ServiceEvents();
    events.on("requestEnded", listener);
    return logging((ended, record) => void events.emit("requestEnded", ended, record));
  };
  const steps = [
    ["the record itself", () => {}],
    ["what is kept of it, made at its end", endedRequest],
    ["with the lines of three logs", logging()],
    ["with telling one who looks on", telling(() => {})],
    // A full batch is made into text and posted within the add of its last request.
    ["with its way to the thread of the store", telling(store.add)],
  ];
  try {
    const times = steps.map(() => []);
    const threadUs = [];
    for (let round = -WARM_UP; round < ROUNDS; round += 1) {
      for (const [at, [, keep]] of steps.entries()) {
        const before = await processUsage(process.pid);
        const startedAt = performance.now();
        for (let request = 0; request < REQUESTS; request += 1) one(keep);
        const tookUs = (performance.now() - startedAt) * 1000;
        if (round >= 0) times[at].push(tookUs / REQUESTS);
        if (at < steps.length - 1) continue;
        // What the thread of the store does meanwhile is not counted in other steps.
        while (store.stats().pending > 0) await delay(5);
        const after = await processUsage(process.pid);
        if (round >= 0 && before && after) threadUs.push(othersUs(before, after) / REQUESTS);
      }
    }
    return shown(steps, times, threadUs);
  } finally {
    await stop();
  }
}

/** The time of all threads but the first. */
function othersUs(before, after) {
  return after.cpuUs - after.mainUs - (before.cpuUs - before.mainUs);
}

function shown(steps, times, threadUs) {
  const [bare = 0] = times.map(median);
  const kept = median(times.at(-1)) - bare;
  const rows = steps.map(([what], at) => {
    const step = median(times[at]) - (at === 0 ? 0 : median(times[at - 1]));
    return [
      what,
      figure(median(times[at]), 1),
      figure(quantile(times[at], 0.95), 1),
      figure(step, 1),
    ];
  });
  const thread = [
    "the thread of the store, sums aside",
    median(threadUs),
    quantile(threadUs, 0.95),
  ];
  return {
    title: "What the record of a request costs the main thread, and the thread of the store",
    table: markdownTable(
      ["", "median µs", "p95 µs", "this step µs"],
      [...rows, [thread[0], figure(thread[1], 1), figure(thread[2], 1), figure(thread[1], 1)]],
    ),
    goal: `${GOAL_US} µs beside the record itself`,
    isMet: kept <= GOAL_US,
  };
}
