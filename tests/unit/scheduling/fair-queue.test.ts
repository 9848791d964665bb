import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ClientLeft } from "../../../src/errors/abort-reasons.ts";
import { ServiceError } from "../../../src/errors/service-error.ts";
import { fakeClient } from "../../support/fake-client.ts";
import { setUpQueue } from "./queue-set-up.ts";

const settled = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

describe("FairQueue", () => {
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

  it("gives a free place at once, without a promise", () => {
    const { queue } = setUpQueue();
    const slot = queue.acquire({
      line: "text",
      tenant: "a",
      model: "m",
      maxWaitMs: 1,
      signal: fakeClient().signal,
    });
    expect(slot).toMatchObject({ waitedMs: 0 });
  });

  it("lets tenants take turns, first in first out within each", async () => {
    const set = setUpQueue();
    for (const label of ["a1", "a2", "a3", "b1", "b2", "c1"]) void set.ask(label);
    expect(await drain(set)).toEqual(["a1", "b1", "c1", "a2", "b2", "a3"]);
  });

  it("lets a tenant that was served lately not overtake one that waits longer", async () => {
    const set = setUpQueue();
    void set.ask("a1");
    for (const label of ["b1", "c1", "d1"]) void set.ask(label);
    await settled();
    set.end("a1");
    await settled();
    void set.ask("a2");
    expect(await drain(set)).toEqual(["a1", "b1", "c1", "d1", "a2"]);
  });

  it("serves a waiting tenant although another takes a new name for each request", async () => {
    const { order, ask, end } = setUpQueue();
    await ask("plain1");
    void ask("plain2");
    for (let i = 0; i < 4; i += 1) {
      void ask(`new${i}`, { tenant: `new-name-${i}` });
      end(order.at(-1) ?? "");
      await vi.advanceTimersByTimeAsync(0);
    }
    while (order.length < 6) {
      end(order.at(-1) ?? "");
      await vi.advanceTimersByTimeAsync(0);
    }
    expect(order.slice(0, 3)).toEqual(["plain1", "new0", "plain2"]);
  });

  it("runs as many requests for a model as the server decodes side by side", async () => {
    const set = setUpQueue({ modelParallel: 2 });
    for (const label of ["a1", "a2", "a3"]) void set.ask(label);
    void set.ask("b1", { model: "other" });
    await settled();
    expect(set.order).toEqual(["a1", "a2", "b1"]);
    expect(set.queue.stats("text")).toMatchObject({ queued: 1, in_progress: 3 });
    await drain(set);
  });

  it.each([
    ["the line", { maxRunning: 2, modelParallel: 9 }],
    ["one tenant", { tenantMaxRunning: 2, modelParallel: 9 }],
  ])("lets a request wait above the limit of %s", async (_case, given) => {
    const set = setUpQueue(given);
    for (const label of ["a1", "a2", "a3"]) void set.ask(label);
    await settled();
    expect(set.order).toEqual(["a1", "a2"]);
    void set.ask("a4", { line: "vision" });
    await settled();
    expect(set.order).toEqual(["a1", "a2", "a4"]);
    set.end("a1");
    await settled();
    expect(set.order).toEqual(["a1", "a2", "a4", "a3"]);
    await drain(set);
  });

  it("passes a tenant at its cap over for one that has room", async () => {
    const set = setUpQueue({ tenantMaxRunning: 1, modelParallel: 9 });
    for (const label of ["a1", "a2", "b1"]) void set.ask(label);
    await settled();
    expect(set.order).toEqual(["a1", "b1"]);
    await drain(set);
  });

  it("refuses with queue_full when too many wait, but not who could go at once", async () => {
    const set = setUpQueue({ maxWaiting: 2 });
    for (const label of ["a1", "a2", "b1"]) void set.ask(label);
    await expect(set.ask("c1")).rejects.toMatchObject({ code: "queue_full", retryAfterSec: 2 });
    void set.ask("d1", { model: "free" });
    await settled();
    expect(set.order).toEqual(["a1", "d1"]);
    expect(set.queue.stats("text")).toMatchObject({ rejected: 1, queued: 2, in_progress: 2 });
    await drain(set);
  });

  it("is full of one tenant's requests for himself only: his newest give way to others", async () => {
    const set = setUpQueue({ maxWaiting: 4 });
    void set.ask("a1");
    const asked = ["a2", "a3", "a4", "a5"].map((label) => set.ask(label));
    const full = { code: "queue_full" };
    await expect(set.ask("a6")).rejects.toMatchObject(full);
    for (const [label, givesWay] of [
      ["b1", 3],
      ["c1", 2],
      ["d1", 1],
    ] as const) {
      void set.ask(label);
      await expect(asked[givesWay]).rejects.toMatchObject(full);
    }
    for (const label of ["a7", "b2", "e1"]) {
      await expect(set.ask(label)).rejects.toMatchObject(full);
    }
    expect(set.queue.stats("text")).toMatchObject({ queued: 4, rejected: 7, failed: 0 });
    expect(await drain(set)).toEqual(["a1", "b1", "c1", "d1", "a2"]);
  });

  it("gives up a request at its deadline, and nobody else", async () => {
    const set = setUpQueue();
    void set.ask("a1");
    void set.ask("a3", { maxWaitMs: 60_000 });
    const late = expect(set.ask("a2", { maxWaitMs: 2000 })).rejects.toMatchObject({
      code: "request_timeout",
    });
    await vi.advanceTimersByTimeAsync(1950);
    expect(set.queue.stats("text").queued).toBe(2);
    await vi.advanceTimersByTimeAsync(100);
    await late;
    expect(set.queue.stats("text")).toMatchObject({ timeout: 1, queued: 1 });
    expect(await drain(set)).toEqual(["a1", "a3"]);
  });

  it("forgets a client that leaves while it waits, and stops listening to those it serves", async () => {
    const set = setUpQueue();
    const [leaver, stayer] = [fakeClient(), fakeClient()];
    void set.ask("a1");
    const left = expect(set.ask("a2", { signal: leaver.signal })).rejects.toBeInstanceOf(
      ClientLeft,
    );
    void set.ask("a3", { signal: stayer.signal });
    leaver.leave();
    await left;
    expect(set.queue.stats("text")).toMatchObject({ queued: 1, failed: 1 });
    expect(await drain(set)).toEqual(["a1", "a3"]);
    expect([leaver.listeners(), stayer.listeners()]).toEqual([0, 0]);
  });

  it("frees a place once, however often it is released", async () => {
    const set = setUpQueue();
    for (const label of ["a1", "a2", "a3"]) void set.ask(label);
    await settled();
    for (let i = 0; i < 3; i++) set.end("a1");
    await settled();
    expect(set.order).toEqual(["a1", "a2"]);
    expect(set.queue.stats("text")).toMatchObject({ completed: 1, in_progress: 1 });
    await drain(set);
  });

  it("ends all waiting with the given error, and leaves running requests alone", async () => {
    const set = setUpQueue();
    const client = fakeClient();
    void set.ask("a1");
    const down = new ServiceError("upstream_unavailable", "down");
    const refused = ["a2", "b1"].map((label) =>
      expect(set.ask(label, { signal: client.signal })).rejects.toBe(down),
    );
    await settled();
    set.queue.rejectWaiting(down);
    await Promise.all(refused);
    expect(set.queue.stats("text")).toMatchObject({ queued: 0, in_progress: 1 });
    expect(client.listeners()).toBe(0);
    set.end("a1");
  });

  it("measures how long requests waited", async () => {
    const set = setUpQueue();
    for (const label of ["a1", "a2", "a3"]) void set.ask(label);
    await vi.advanceTimersByTimeAsync(100);
    set.end("a1");
    await vi.advanceTimersByTimeAsync(200);
    set.end("a2");
    await settled();
    set.end("a3");
    expect(set.queue.stats("text")).toEqual({
      queued: 0,
      in_progress: 0,
      completed: 3,
      failed: 0,
      rejected: 0,
      timeout: 0,
      total_wait_time_ms: 400,
      max_wait_time_ms: 300,
      avg_wait_time_ms: 133.333,
    });
  });

  it("looks only while somebody waits", async () => {
    const set = setUpQueue();
    void set.ask("a1");
    await settled();
    expect(vi.getTimerCount()).toBe(0);
    void set.ask("a2");
    void set.ask("b1");
    await settled();
    expect(vi.getTimerCount()).toBe(1);
    await drain(set);
  });
});

describe("a flood of one tenant", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const RUN_MS = 1000;

  /** Requests that run for a second each; resolves with how long the request waited. */
  async function run(set: ReturnType<typeof setUpQueue>, label: string): Promise<number> {
    const place = await set.ask(label);
    setTimeout(() => place.release("completed"), RUN_MS);
    return place.waitedMs;
  }

  it("costs a light tenant no more than the request that is already running", async () => {
    const set = setUpQueue();
    // Twelve open requests, each replaced as soon as it has ended.
    const flood = async (i: number): Promise<void> => {
      for (let n = 0; n < 6; n++) {
        await run(set, `flood${i}`);
        await vi.advanceTimersByTimeAsync(0);
      }
    };
    for (let i = 0; i < 12; i++) void flood(i);
    const waits: number[] = [];
    for (let i = 0; i < 8; i++) {
      await vi.advanceTimersByTimeAsync(2300);
      const waited = run(set, "light");
      await vi.advanceTimersByTimeAsync(4 * RUN_MS);
      waits.push(await waited);
    }
    expect(Math.max(...waits)).toBeLessThanOrEqual(RUN_MS);
  });

  it("is served itself while several light tenants ask one question after another", async () => {
    const set = setUpQueue();
    for (let i = 0; i < 4; i++) void run(set, `flood${i}`);
    const chat = async (tenant: string): Promise<void> => {
      for (let n = 0; n < 10; n++) {
        await run(set, tenant);
        await vi.advanceTimersByTimeAsync(0);
      }
    };
    for (const tenant of ["x", "y", "z"]) void chat(tenant);
    await vi.advanceTimersByTimeAsync(16 * RUN_MS);
    expect(set.order.filter((label) => label.startsWith("flood"))).toHaveLength(4);
  });
});
