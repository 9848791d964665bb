import { setTimeout as delay } from "node:timers/promises";
import { startRequestStore, serviceFile } from "../lib/request-store.mjs";
import { startTracing } from "../lib/tracing.mjs";
import { median, quantile } from "../lib/statistics.mjs";
import { figure, markdownTable } from "../lib/table.mjs";

const WARM_UP = 20;
const ROUNDS = 100;
const REQUESTS = 256;
const GOAL_US = process.versions.bun ? 15 : 25;

/** What a request costs the main thread: its record, handing it to the store, and counting it. */
export async function requestCost() {
  const { RequestRecord } = await import(serviceFile("src/requests/request-record"));
  const { endedRequest } = await import(serviceFile("src/requests/ended-request"));
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
    const record = new RequestRecord(crypto.randomUUID(), keep);
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
  /** Microseconds of this thread's processor for a request, the posting of its batch included. */
  const measured = async (keep, { begin, settled } = {}) => {
    const times = [];
    let requests = 0;
    for (let round = -WARM_UP; round < ROUNDS; round += 1) {
      // What the thread of the store does meanwhile is not counted.
      while (store.stats().pending > 0) await delay(5);
      await settled?.(requests);
      requests += REQUESTS;
      const startedAt = performance.now();
      for (let at = 0; at < REQUESTS; at += 1) one(keep, begin);
      if (round >= 0) times.push(((performance.now() - startedAt) * 1000) / REQUESTS);
    }
    return times;
  };
  try {
    // A full batch is made into text and posted within the add of its last request.
    const kept = await measured((record, end) => store.add(endedRequest(record, end)));
    const alone = await measured(endedRequest);
    const metrics = new RequestMetrics();
    const counted = await measured((record, end) => {
      metrics.ended(endedRequest(record, end));
    });
    const all = await measured((record, end) => {
      const ended = endedRequest(record, end);
      store.add(ended);
      metrics.ended(ended);
    });
    const tracing = await startTracing();
    const { begin } = tracing;
    // Each has a span of its own, one for its wait and one for its call.
    const settled = (requests) => tracing.received(requests * 3);
    const traced = await measured(tracing.end, { begin, settled });
    await tracing.stop();
    const rows = [
      ["the record, made at the end", alone],
      ["with its way to the thread", kept],
      ["with its figures for Prometheus", counted],
      ["with both", all],
      ["traces: the record with its spans, sent", traced],
    ];
    return {
      title: "What the record of a request costs the main thread",
      table: markdownTable(
        ["", "median µs", "p95 µs"],
        rows.map(([what, times]) => [
          what,
          figure(median(times), 1),
          figure(quantile(times, 0.95), 1),
        ]),
      ),
      goal: `${GOAL_US} µs`,
      isMet: median(all) <= GOAL_US,
    };
  } finally {
    await stop();
  }
}
