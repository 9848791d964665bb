import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ClientLeft } from "../../../src/errors/abort-reasons.ts";
import { ServiceError } from "../../../src/errors/service-error.ts";
import { fakeClient } from "../../support/fake-client.ts";
import { allLoaded, setUpQueue } from "./queue-set-up.ts";

/** An item of a batch. */
const BACKGROUND = { background: true, partOfBatch: true };

const settled = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  // Nobody waits at the end of these tests: nothing may be left that keeps the process alive.
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

/** Runs everybody who waits, one after another. */
async function drain({ order, end }: ReturnType<typeof setUpQueue>): Promise<string[]> {
  await settled();
  for (let i = 0; i < order.length; i++) {
    end(order[i] ?? "");
    await settled();
  }
  return order;
}

describe("background work", () => {
  it("gets a free place at once, like any other", () => {
    const { queue } = setUpQueue();
    const slot = queue.acquire({
      line: "text",
      tenant: "a",
      model: "m",
      maxWaitMs: 1,
      signal: fakeClient().signal,
      background: true,
    });
    expect(slot).toMatchObject({ waitedMs: 0 });
  });

  it("waits behind its own tenant's requests; each group is first in, first out", async () => {
    const set = setUpQueue();
    void set.ask("a1");
    void set.ask("a2", BACKGROUND);
    void set.ask("a3", BACKGROUND);
    void set.ask("a4");
    void set.ask("a5", BACKGROUND);
    void set.ask("a6");
    expect(await drain(set)).toEqual(["a1", "a4", "a6", "a2", "a3", "a5"]);
  });

  it("waits behind the requests of all tenants, and takes turns among its own kind", async () => {
    const set = setUpQueue();
    for (const label of ["a1", "a2", "a3"]) void set.ask(label, BACKGROUND);
    for (const label of ["b1", "b2"]) void set.ask(label);
    void set.ask("a4");
    void set.ask("c1", BACKGROUND);
    expect(await drain(set)).toEqual(["a1", "b1", "a4", "b2", "c1", "a2", "a3"]);
  });

  it("is let in before the others once they have had nineteen times as much", async () => {
    const set = setUpQueue();
    void set.ask("a1");
    void set.ask("b1", BACKGROUND);
    await settled();
    // 10 s are what is owed to it before it goes: after 190 s of other work.
    for (let i = 1; i <= 20; i += 1) {
      void set.ask(`a${i + 1}`);
      set.end(`a${i}`, 10_000);
      await settled();
      expect(set.order.includes("b1")).toBe(i >= 19);
      if (i === 19) set.end("b1", 10_000);
      await settled();
    }
    await drain(set);
  });

  it("is not let in again before that for what has cost more than it was owed", async () => {
    const set = setUpQueue();
    void set.ask("a1");
    for (const label of ["b1", "b2"]) void set.ask(label, BACKGROUND);
    await settled();
    let cost = 0;
    for (let i = 1; !set.order.includes("b2"); i += 1) {
      void set.ask(`a${i + 1}`);
      set.end(`a${i}`, 10_000);
      cost += 10_000;
      await settled();
      set.end("b1", 30_000);
      await settled();
    }
    expect(cost).toBe(19 * (10_000 + 30_000));
    await drain(set);
  });

  it("goes behind its tenant's request for a model that is not in memory", async () => {
    const loaded = new Set(["m"]);
    const models = { ...allLoaded, isLoaded: (model: string) => loaded.has(model) };
    const set = setUpQueue({ models, maxRunning: 1 });
    void set.ask("a1");
    void set.ask("a2", BACKGROUND);
    void set.ask("a3", { model: "cold" });
    void set.ask("a4");
    expect(await drain(set)).toEqual(["a1", "a4", "a3", "a2"]);
  });

  it("goes on while its tenant's requests wait for another line", async () => {
    const set = setUpQueue({ maxRunning: 1, modelParallel: 9 });
    void set.ask("a1");
    void set.ask("a2", { line: "vision" });
    void set.ask("a3", { ...BACKGROUND, line: "vision" });
    void set.ask("a4");
    await settled();
    set.end("a2");
    await settled();
    expect(set.order).toEqual(["a1", "a2", "a3"]);
    await drain(set);
  });
});

describe("a full queue", () => {
  it("is not made by a flood of background work, which itself is never refused", async () => {
    const set = setUpQueue({ maxWaiting: 2 });
    void set.ask("a0");
    const flood = Array.from({ length: 9 }, (_, i) => `a${i + 1}`);
    for (const label of flood) void set.ask(label, BACKGROUND);
    void set.ask("b1");
    void set.ask("a10");
    await expect(set.ask("c1")).rejects.toMatchObject({ code: "queue_full" });
    void set.ask("a11", BACKGROUND);
    expect(set.queue.stats("text")).toMatchObject({ queued: 12, in_progress: 1, rejected: 1 });
    expect(await drain(set)).toEqual(["a0", "b1", "a10", ...flood, "a11"]);
  });

  it("lets a request through that could go at once, although background work waits", async () => {
    const set = setUpQueue({ maxWaiting: 1, tenantMaxRunning: 1, modelParallel: 2 });
    for (const label of ["x1", "x2"]) void set.ask(label, { model: "other" });
    // The tenant's cap of the vision line makes the second wait; text is free for the third.
    void set.ask("a1", { line: "vision" });
    void set.ask("a2", { ...BACKGROUND, line: "vision" });
    void set.ask("a3");
    await settled();
    expect(set.order).toEqual(["x1", "a1", "a3"]);
    expect(await drain(set)).toEqual(["x1", "a1", "a3", "x2", "a2"]);
  });

  it("refuses new batches of its line once as much background work waits as it allows", async () => {
    const set = setUpQueue({ maxWaiting: 2 });
    void set.ask("a1");
    for (const label of ["a2", "b1"]) void set.ask(label);
    set.queue.assertRoomForBackground("text");
    void set.ask("a3", BACKGROUND);
    set.queue.assertRoomForBackground("text");
    void set.ask("b2", BACKGROUND);
    const full = expect.objectContaining({
      code: "queue_full",
      retryAfterSec: 2,
      message: "The queue is full: 2 background requests are waiting",
    });
    expect(() => set.queue.assertRoomForBackground("text")).toThrow(full);
    expect(set.queue.stats("text")).toMatchObject({ queued: 4, rejected: 1 });
    set.queue.assertRoomForBackground("vision");
    await drain(set);
    set.queue.assertRoomForBackground("text");
  });
});

describe("the count of waiting background work", () => {
  it("goes down for clients that leave and for deadlines, and room is there again", async () => {
    const set = setUpQueue({ maxWaiting: 2 });
    const leaver = fakeClient();
    void set.ask("a1");
    const left = expect(
      set.ask("a2", { ...BACKGROUND, signal: leaver.signal }),
    ).rejects.toBeInstanceOf(ClientLeft);
    const late = expect(set.ask("a3", { ...BACKGROUND, maxWaitMs: 100 })).rejects.toMatchObject({
      code: "request_timeout",
    });
    expect(() => set.queue.assertRoomForBackground("text")).toThrow(ServiceError);
    leaver.leave();
    await left;
    set.queue.assertRoomForBackground("text");
    expect(set.queue.stats("text")).toMatchObject({ queued: 1, failed: 1 });
    await vi.advanceTimersByTimeAsync(150);
    await late;
    expect(set.queue.stats("text")).toMatchObject({ queued: 0, timeout: 1 });
    expect(leaver.listeners()).toBe(0);
    set.end("a1");
  });

  it("is zero after all waiting was ended", async () => {
    const set = setUpQueue({ maxWaiting: 1 });
    const down = new ServiceError("upstream_unavailable", "down");
    void set.ask("a1");
    const ended = [
      expect(set.ask("a2", BACKGROUND)).rejects.toBe(down),
      expect(set.ask("a3")).rejects.toBe(down),
    ];
    await settled();
    set.queue.rejectWaiting(down);
    await Promise.all(ended);
    expect(set.queue.stats("text")).toMatchObject({ queued: 0, failed: 2 });
    set.queue.assertRoomForBackground("text");
    set.end("a1");
  });
});

it("a request without a limit waits for days", async () => {
  const set = setUpQueue({ sweepMs: 3_600_000 });
  void set.ask("a1");
  void set.ask("a2", { ...BACKGROUND, maxWaitMs: Number.POSITIVE_INFINITY });
  await vi.advanceTimersByTimeAsync(7 * 24 * 3_600_000);
  expect(set.queue.stats("text")).toMatchObject({ queued: 1, timeout: 0 });
  set.end("a1");
  await settled();
  expect(set.order).toEqual(["a1", "a2"]);
  await drain(set);
});
