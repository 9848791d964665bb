import { SimulatedModels } from "../lib/simulated-models.mjs";
import { composeQueue } from "../lib/simulation.mjs";
import { SimulatedClock } from "../lib/simulated-clock.mjs";
import { median, quantile } from "../lib/statistics.mjs";
import { figure, markdownTable } from "../lib/table.mjs";

const TENANTS = 1000;
const REQUESTS = 10_000;
const GOAL_US = 50;
const ESTIMATE_GOAL_US = 100;
const MEASURED = 2000;

/**
 * What it costs to give a place back and the next request its own, with so many that wait, and to
 * tell one that comes where it stands.
 */
export async function dispatchSpeed(parts) {
  const clock = new SimulatedClock();
  const models = new SimulatedModels(clock, { room: 1, loadMs: 0 });
  const queue = composeQueue({ maxWaiting: REQUESTS, tenants: [] }, "by cost", parts, {
    clock,
    models,
    loadTimes: new parts.LoadTimes(),
  });
  const started = [];
  for (let i = 0; i <= REQUESTS; i += 1) {
    const request = {
      line: "text",
      tenant: `tenant${i % TENANTS}`,
      model: "m",
      maxWaitMs: Number.POSITIVE_INFINITY,
      signal: new parts.LightSignal(),
    };
    Promise.resolve(queue.acquire(request)).then(
      (place) => started.push(place),
      () => {},
    );
  }
  await settled();
  const tookUs = [];
  const estimateUs = [];
  for (let i = 0; i < MEASURED; i += 1) {
    const place = started.pop();
    clock.now += 1 + (i % 40);
    const before = performance.now();
    place.release("completed", 1 + (i % 40));
    tookUs.push((performance.now() - before) * 1000);
    await settled();
    const coming = { line: "text", tenant: `tenant${(i * 7) % TENANTS}`, model: "m" };
    const from = performance.now();
    queue.outlook.of(coming);
    estimateUs.push((performance.now() - from) * 1000);
  }
  queue.rejectWaiting(new Error("the measurement is over"));
  return {
    title: `A dispatch with ${REQUESTS} waiting requests of ${TENANTS} tenants`,
    table: markdownTable(
      ["", "median µs", "p95 µs"],
      [row("dispatch", tookUs), row("place and expected wait of a request that comes", estimateUs)],
    ),
    goal: `medians of less than ${GOAL_US} µs and ${ESTIMATE_GOAL_US} µs`,
    isMet: median(tookUs) < GOAL_US && median(estimateUs) < ESTIMATE_GOAL_US,
  };
}

function row(name, us) {
  return [name, figure(median(us), 1), figure(quantile(us, 0.95), 1)];
}

function settled() {
  return new Promise((resolve) => setImmediate(resolve));
}
