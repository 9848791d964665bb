import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { steppedClock } from "../../support/stepped-clock.ts";
import { setUpQueue } from "./queue-set-up.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

/** What a request of a tenant is expected to wait that comes now. */
const expectedMs = (queue: ReturnType<typeof setUpQueue>["queue"], tenant: string) =>
  queue.outlook.of({
    line: "text",
    tenant,
    model: "m",
    maxWaitMs: 120_000,
    signal: new AbortController().signal,
  }).expectedMs;

it("learns nothing from a request that has slept with the machine, and charges no sleep", async () => {
  const { sleep } = steppedClock();
  const { queue, ask, end, held } = setUpQueue();
  await ask("ann1");
  await pass(2000);
  end("ann1");
  await ask("ann2");
  await pass(1000);
  sleep();
  await pass(9000);
  const [place] = held();
  expect(place?.hasSlept).toBe(true);
  expect(place?.workMs).toBeCloseTo(10_000);
  end("ann2");
  await ask("ann3");
  // By the first alone: it took two seconds.
  expect(expectedMs(queue, "ann")).toBeGreaterThan(1500);
  expect(expectedMs(queue, "ann")).toBeLessThan(2500);
  end("ann3");
});

it("has those who wait go on waiting after a sleep, however long it was", async () => {
  const { sleep } = steppedClock();
  const { ask, end, order } = setUpQueue();
  await ask("ann");
  const waiting = ask("ben", { maxWaitMs: 60_000 });
  const late = ask("cid", { maxWaitMs: 30_000 }).catch((err: Error) => err.message);
  await pass(25_000);
  sleep();
  await pass(4000);
  expect(order).toEqual(["ann"]);
  await pass(2000);
  expect(await late).toBe("No place became free within 30 s");
  end("ann");
  await waiting;
  expect(order).toEqual(["ann", "ben"]);
  end("ben");
});
