import { SimulatedModels } from "../lib/simulated-models.mjs";
import { composeQueue } from "../lib/simulation.mjs";
import { SimulatedClock } from "../lib/simulated-clock.mjs";
import { median, quantile } from "../lib/statistics.mjs";
import { figure, markdownTable } from "../lib/table.mjs";

const TENANTS = 1000;
const REQUESTS = 10_000;
const GOAL_US = 50;
const MEASURED = 2000;

/** What it costs to give a place back and the next request its own, with so many that wait. */
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
  for (let i = 0; i < MEASURED; i += 1) {
    const place = started.pop();
    clock.now += 1 + (i % 40);
    const before = performance.now();
    place.release("completed", 1 + (i % 40));
    tookUs.push((performance.now() - before) * 1000);
    await settled();
  }
  queue.rejectWaiting(new Error("the measurement is over"));
  return {
    title: `A dispatch with ${REQUESTS} waiting requests of ${TENANTS} tenants`,
    table: markdownTable(
      ["median µs", "p95 µs"],
      [[median(tookUs), quantile(tookUs, 0.95)].map((us) => figure(us, 1))],
    ),
    goal: `a median of less than ${GOAL_US} µs`,
    isMet: median(tookUs) < GOAL_US,
  };
}

function settled() {
  return new Promise((resolve) => setImmediate(resolve));
}
