import { setTimeout as delay } from "node:timers/promises";
import { processUsage } from "../lib/process-usage.mjs";
import { startRequestStore, serviceFile } from "../lib/request-store.mjs";
import { startTracing } from "../lib/tracing.mjs";
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
 * logs, telling those who look on, counting it, and handing it to the thread of the store; and what
 * it costs that. Beside it what its spans cost, where there are traces.
 */
export async function requestCost() {
  const { newRequestId } = await import(serviceFile("src/requests/request-id"));
  const { RequestRecord } = await import(serviceFile("src/requests/request-record"));
  const { endedRequest } = await import(serviceFile("src/requests/ended-request"));
  const { RequestLog } = await import(serviceFile("src/requests/request-log"));
  const { ServiceEvents } = await import(serviceFile("src/events/service-events"));
  const { usageOf } = await import(serviceFile("src/inference/usage"));
  const { RequestMetrics } = await import(serviceFile("src/metrics/request-metrics"));
  const { store, stop } = await startRequestStore();
  const usage = usageOf({
    prompt_eval_count: 40,
    eval_count: 50,
    prompt_eval_duration: 1e8,
    eval_duration: 9e8,
  });
  const one = (keep, begin) => {
    const record = new RequestRecord(newRequestId(), keep);
    begin?.(record);
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
    record.call.host = "http://127.0.0.1:11434";
    record.end({ status: 200, bytes: 4000, complete: true });
  };
  const logging = (onEnded) => {
    const files = { access: NOWHERE, events: NOWHERE, performance: NOWHERE };
    const log = new RequestLog(files, onEnded);
    return (record, end) => log.write(record, end, LINE);
  };
  const telling = (...listeners) => {
    const events = new ServiceEvents();
    for (const listener of listeners) events.on("requestEnded", listener);
    return logging((ended, record) => void events.emit("requestEnded", ended, record));
  };
  const metrics = new RequestMetrics();
  const counting = (ended) => metrics.ended(ended);
  const steps = [
    ["the record itself", () => {}],
    ["what is kept of it, made at its end", endedRequest],
    ["with the lines of three logs", logging()],
    ["with telling one who looks on", telling(() => {})],
    ["with its figures for Prometheus", telling(counting)],
    // A full batch is made into text and posted within the add of its last request.
    ["with its way to the thread of the store", telling(counting, store.add)],
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
    return shown(steps, { times, threadUs, tracedUs: await traced(one) });
  } finally {
    await stop();
  }
}

/** The same with traces: the record with three spans that are sent. Microseconds a request. */
async function traced(one) {
  const tracing = await startTracing();
  const times = [];
  let requests = 0;
  for (let round = -WARM_UP; round < ROUNDS; round += 1) {
    await tracing.received(requests * 3);
    requests += REQUESTS;
    const startedAt = performance.now();
    for (let at = 0; at < REQUESTS; at += 1) one(tracing.end, tracing.begin);
    if (round >= 0) times.push(((performance.now() - startedAt) * 1000) / REQUESTS);
  }
  await tracing.stop();
  return times;
}

/** The time of all threads but the first. */
function othersUs(before, after) {
  return after.cpuUs - after.mainUs - (before.cpuUs - before.mainUs);
}

function shown(steps, { times, threadUs, tracedUs }) {
  const [bare = 0] = times.map(median);
  const kept = median(times.at(-1)) - bare;
  const row = (what, some, stepUs) => [
    what,
    figure(median(some), 1),
    figure(quantile(some, 0.95), 1),
    figure(stepUs, 1),
  ];
  const rows = steps.map(([what], at) =>
    row(what, times[at], median(times[at]) - (at === 0 ? 0 : median(times[at - 1]))),
  );
  return {
    title: "What the record of a request costs the main thread, and the thread of the store",
    table: markdownTable(
      ["", "median µs", "p95 µs", "this step µs"],
      [
        ...rows,
        row("the thread of the store, sums aside", threadUs, median(threadUs)),
        row("traces alone: the record with its spans, sent", tracedUs, median(tracedUs) - bare),
      ],
    ),
    goal: `${GOAL_US} µs beside the record itself`,
    isMet: kept <= GOAL_US,
  };
}
