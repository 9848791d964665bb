import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { WaitLog } from "../../../../src/scheduling/fair-queue.ts";
import type { Standing } from "../../../../src/scheduling/waits/standing.ts";
import { LoadTimes } from "../../../../src/models/load-times.ts";
import { allLoaded, setUpQueue } from "../queue-set-up.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Notes what a request is told. */
function waitLog() {
  const told: { begun?: Standing; now: () => Standing | undefined } = { now: () => undefined };
  const log: WaitLog = {
    waitsForPlace: (begun, now) => void Object.assign(told, { begun, now }),
    wouldWait: (begun) => void Object.assign(told, { begun }),
    waitsForModel: () => {},
  };
  return { told, log };
}

/** Runs a request of a tenant to its end, which holds its place for so long. */
async function run(set: ReturnType<typeof setUpQueue>, label: string, ms: number): Promise<void> {
  await set.ask(label);
  vi.advanceTimersByTime(ms);
  set.end(label);
}

it("tells what is expected of a wait as it begins, and how much is left of it later", async () => {
  const set = setUpQueue();
  for (let i = 0; i < 30; i += 1) await run(set, "a1", 4000);
  const { told, log } = waitLog();
  await set.ask("a1");
  void set.ask("b1", { waiting: log });
  expect(told.begun).toMatchObject({ position: 1, basis: "measured" });
  expect(told.begun?.expectedMs).toBeGreaterThan(3000);
  expect(told.begun?.expectedMs).toBeLessThan(5000);
  vi.advanceTimersByTime(3000);
  expect(told.now()?.expectedMs).toBeLessThan(2000);
  expect(told.begun?.expectedMs, "what it was").toBeGreaterThan(3000);
  set.end("a1");
  await vi.advanceTimersByTimeAsync(0);
  expect(told.now()).toBeUndefined();
});

it("tells no time while none has ended", async () => {
  const set = setUpQueue();
  const { told, log } = waitLog();
  await set.ask("a1");
  void set.ask("b1", { waiting: log, deadlineMs: 1, maxExpectedMs: 0 });
  expect(told.begun).toMatchObject({ position: 1, expectedMs: undefined, basis: "unknown" });
});

it("tells a tenant's later request no shorter wait than an earlier one, whoever waits", async () => {
  const request = fc.record({
    tenant: fc.constantFrom("a", "b", "c", "d"),
    line: fc.constantFrom("text" as const, "vision" as const),
    background: fc.boolean(),
    ms: fc.integer({ min: 1, max: 60_000 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(request, { maxLength: 12 }),
      fc.array(request, { minLength: 2, maxLength: 20 }),
      fc.integer({ min: 1, max: 3 }),
      fc.nat(90_000),
      async (past, waiting, modelParallel, elapsedMs) => {
        const set = setUpQueue({ modelParallel, maxRunning: 4 });
        for (const { tenant, ms } of past) await run(set, `${tenant}1`, ms);
        const told = waiting.map(({ tenant, line, background }, i) => {
          const { told: one, log } = waitLog();
          set.ask(`${tenant}${i}`, { line, background, waiting: log, tenant }).catch(() => {});
          return { key: `${tenant} ${line} ${background}`, one };
        });
        await vi.advanceTimersByTimeAsync(elapsedMs);
        const last = new Map<string, Standing>();
        for (const { key, one } of told) {
          const now = one.now();
          if (!now) continue;
          const { position, expectedMs } = now;
          expect(position).toBeGreaterThanOrEqual(1);
          if (expectedMs === undefined) continue;
          expect(Number.isFinite(expectedMs)).toBe(true);
          const before = last.get(key);
          expect(position).toBeGreaterThanOrEqual(before?.position ?? 1);
          expect(expectedMs).toBeGreaterThanOrEqual((before?.expectedMs ?? 0) * (1 - 1e-9));
          last.set(key, now);
        }
        set.queue.rejectWaiting(new Error("over"));
      },
    ),
    { numRuns: 60 },
  );
});

it("counts what another model has to do first, up to when its own is promoted, and the load", async () => {
  const loadTimes = new LoadTimes();
  const set = setUpQueue({
    loadTimes,
    patienceMs: 30_000,
    models: {
      ...allLoaded,
      isLoaded: (model) => model === "m",
      modelsToEvict: (model) => (model === "m" ? [] : ["m"]),
    },
  });
  for (let i = 0; i < 30; i += 1) await run(set, "a1", 4000);
  loadTimes.learn("other", 10_000);
  await set.ask("a1");
  for (let i = 2; i < 40; i += 1) void set.ask(`a${i}`).catch(() => {});
  const { told, log } = waitLog();
  void set.ask("b1", { model: "other", waiting: log }).catch(() => {});
  // Patience, the request that runs then, and the load: far from the 160 s of work of the other.
  expect(told.begun?.expectedMs).toBeGreaterThan(30_000);
  expect(told.begun?.expectedMs).toBeLessThan(50_000);
  set.queue.rejectWaiting(new Error("over"));
});

describe("a request that may not wait for long", () => {
  it("is refused before anybody gives way to it, and counted", async () => {
    const set = setUpQueue({ maxWaiting: 2 });
    for (let i = 0; i < 10; i += 1) await run(set, "a1", 5000);
    await set.ask("a1");
    void set.ask("a2");
    const last = set.ask("a3").catch((err: unknown) => err);
    await expect(set.ask("b1", { maxExpectedMs: 1000 })).rejects.toMatchObject({
      code: "wait_too_long",
    });
    expect(set.queue.stats("text")).toMatchObject({ queued: 2, rejected: 1 });
    // With no limit it takes a place of the longest line.
    void set.ask("b1");
    expect(await last).toMatchObject({ code: "queue_full" });
    expect(set.queue.stats("text")).toMatchObject({ queued: 2, rejected: 2 });
  });

  it("gets a free place at once", async () => {
    const set = setUpQueue({ modelParallel: 2 });
    await run(set, "a1", 5000);
    await set.ask("a1");
    await set.ask("b1", { maxExpectedMs: 0, deadlineMs: 0 });
    expect(set.order).toEqual(["a1", "a1", "b1"]);
  });

  it("is told when to come again, as is one that the full queue refuses", async () => {
    const set = setUpQueue({ maxWaiting: 1 });
    for (let i = 0; i < 30; i += 1) await run(set, "a1", 10_000);
    await set.ask("a1");
    void set.ask("a2");
    for (const more of [{ maxExpectedMs: 1000 }, {}]) {
      const error = await set.ask("a3", more).catch((err: unknown) => err);
      expect(error).toHaveProperty("retryAfterSec");
      const { retryAfterSec } = error as { retryAfterSec: number };
      expect(retryAfterSec).toBeGreaterThanOrEqual(14);
      expect(retryAfterSec).toBeLessThanOrEqual(26);
    }
  });
});

it("knows when one of a tenant's requests ends", async () => {
  const set = setUpQueue();
  for (let i = 0; i < 30; i += 1) await run(set, "a1", 10_000);
  expect(set.queue.outlook.untilOneEnds("a", "text")).toBeUndefined();
  await set.ask("a1");
  void set.ask("b1");
  vi.advanceTimersByTime(4000);
  const ownMs = set.queue.outlook.untilOneEnds("a", "text") ?? 0;
  expect(ownMs).toBeGreaterThan(4000);
  expect(ownMs).toBeLessThan(8000);
  expect(set.queue.outlook.untilOneEnds("b", "text")).toBeGreaterThan(ownMs + 5000);
  expect(set.queue.outlook.untilOneEnds("b", "vision")).toBeUndefined();
});
