import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ClientLeft } from "../../../src/errors/abort-reasons.ts";
import {
  facts,
  listeners,
  longInput,
  nth,
  order,
  settled,
  setUpPool,
  shortInput,
} from "./pool-set-up.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe("a task", () => {
  it("runs by its name, with a signal and what it hands over", async () => {
    const { pool, started, seen } = setUpPool();
    expect([seen.opened, pool.size]).toEqual([0, 0]);
    const input = shortInput(1);
    const output = pool.run("inspectBody", input, { transfer: input });
    expect(pool.size).toBe(1);
    const task = nth(started, 0);
    expect(task).toMatchObject({ name: "inspectBody", transferList: [input[0]?.buffer] });
    expect(task.input).toBe(input);
    expect(task.signal.aborted).toBe(false);
    task.settle(facts);
    expect(await output).toBe(facts);
    expect(pool.size).toBe(0);
  });

  it("hands over nothing that it was not told to", async () => {
    const { pool, started } = setUpPool();
    const output = pool.run("inspectBody", shortInput(1));
    expect(nth(started, 0).transferList).toEqual([]);
    nth(started, 0).settle(facts);
    await output;
  });

  it("opens the threads once, with the first", async () => {
    const { pool, started, seen } = setUpPool({ threads: 2 });
    const outputs = [1, 2].map((mark) => pool.run("inspectBody", shortInput(mark)));
    for (const task of started) task.settle(facts);
    await Promise.all(outputs);
    expect(seen.opened).toBe(1);
  });

  it("fails when it throws, the cause is kept", async () => {
    const { pool, started } = setUpPool();
    const cause = new Error("secret");
    const output = pool.run("inspectBody", shortInput(1));
    nth(started, 0).fail(cause);
    await expect(output).rejects.toMatchObject({
      message: "the task inspectBody failed",
      cause,
    });
    expect(pool.size).toBe(0);
  });

  it("fails alone: the next has its place", async () => {
    const { pool, started } = setUpPool();
    const first = expect(pool.run("inspectBody", shortInput(1))).rejects.toThrow("failed");
    const second = pool.run("inspectBody", shortInput(2));
    nth(started, 0).fail(new Error("a mistake"));
    await first;
    nth(started, 1).settle(facts);
    expect(await second).toBe(facts);
  });
});

describe("places", () => {
  it("as many run at once as there are threads", async () => {
    const { pool, started } = setUpPool({ threads: 2 });
    const outputs = [1, 2, 3, 4].map((mark) => pool.run("inspectBody", shortInput(mark)));
    expect(order(started)).toEqual([1, 2]);
    expect(pool.size).toBe(4);
    nth(started, 1).settle(facts);
    await settled();
    expect(order(started)).toEqual([1, 2, 3]);
    for (let i = 0; i < 4; i += 1) {
      started[i]?.settle(facts);
      await settled();
    }
    await Promise.all(outputs);
    expect(pool.size).toBe(0);
  });

  it("go to those that wait in the order in which they came", async () => {
    const { pool, started } = setUpPool();
    const outputs = [1, 2, 3, 4].map((mark) => pool.run("compressImage", longInput(mark)));
    for (let i = 0; i < 4; i += 1) {
      expect(started).toHaveLength(i + 1);
      nth(started, i).settle(facts);
      await settled();
    }
    await Promise.all(outputs);
    expect(order(started)).toEqual([1, 2, 3, 4]);
  });

  it("go to bodies and images so that both have the same time", async () => {
    const { pool, started } = setUpPool();
    const image = (mark: number) => pool.run("compressImage", longInput(mark));
    const body = (mark: number) => pool.run("inspectBody", shortInput(mark));
    const outputs = [image(1), image(2), image(3), body(4), body(5), body(6), body(7), body(8)];
    for (let i = 0; i < 8; i += 1) {
      const { name, settle } = nth(started, i);
      await vi.advanceTimersByTimeAsync(name === "compressImage" ? 100 : 40);
      settle(facts);
      await settled();
    }
    await Promise.all(outputs);
    expect(order(started)).toEqual([1, 4, 5, 6, 2, 7, 8, 3]);
  });

  it("go to tenants in turn", async () => {
    const { pool, started } = setUpPool();
    const body = (mark: number, tenant: string) =>
      pool.run("inspectBody", shortInput(mark), { tenant });
    const outputs = [body(1, "a"), body(2, "a"), body(3, "a"), body(4, "b"), body(5, "c")];
    for (let i = 0; i < 5; i += 1) {
      nth(started, i).settle(facts);
      await settled();
    }
    await Promise.all(outputs);
    expect(order(started)).toEqual([1, 2, 4, 5, 3]);
  });

  it("of a task that has ended go to one that waits, not to one that comes just then", async () => {
    const { pool, started } = setUpPool();
    const first = pool.run("inspectBody", shortInput(1));
    const second = pool.run("inspectBody", shortInput(2));
    const third = first.then(() => pool.run("inspectBody", shortInput(3)));
    nth(started, 0).settle(facts);
    await settled();
    expect(order(started)).toEqual([1, 2]);
    nth(started, 1).settle(facts);
    await settled();
    nth(started, 2).settle(facts);
    await Promise.all([first, second, third]);
  });

  it("to wait in are limited: then queue_full, and nothing of it is left", async () => {
    const { pool, started } = setUpPool({ maxWaiting: 1 });
    const { signal } = new AbortController();
    const first = pool.run("compressImage", longInput(1));
    const second = pool.run("compressImage", longInput(2));
    // Bodies and images wait in one room.
    const third = pool.run("inspectBody", shortInput(3), { signal, tenant: "other" });
    await expect(third).rejects.toMatchObject({ code: "queue_full", status: 503 });
    expect(pool.size).toBe(2);
    expect(listeners(signal)).toBe(0);
    nth(started, 0).settle(facts);
    await first;
    const fourth = pool.run("inspectBody", shortInput(4));
    nth(started, 1).settle(facts);
    await second;
    await settled();
    nth(started, 2).settle(facts);
    await fourth;
    expect(order(started)).toEqual([1, 2, 4]);
  });

  it("to wait in are half one tenant's at most", async () => {
    const { pool, started } = setUpPool({ maxWaiting: 4 });
    const body = (mark: number, tenant: string) =>
      pool.run("inspectBody", shortInput(mark), { tenant });
    const outputs = [body(1, "a"), body(2, "a"), body(3, "a")];
    const refused = pool.run("compressImage", longInput(4), { tenant: "a" });
    await expect(refused).rejects.toMatchObject({ code: "queue_full", status: 503 });
    outputs.push(body(5, "b"), body(6, "b"));
    await expect(body(7, "c")).rejects.toMatchObject({ code: "queue_full" });
    for (let i = 0; i < 5; i += 1) {
      nth(started, i).settle(facts);
      await settled();
    }
    await Promise.all(outputs);
    expect(order(started)).toEqual([1, 2, 5, 3, 6]);
  });
});

describe("a task that is called off", () => {
  it("does not start when that was before", async () => {
    const { pool, started, seen } = setUpPool();
    const reason = new ClientLeft();
    const output = pool.run("inspectBody", shortInput(1), { signal: AbortSignal.abort(reason) });
    await expect(output).rejects.toBe(reason);
    expect([started.length, seen.opened, pool.size]).toEqual([0, 0, 0]);
  });

  it("while it waits is dropped at once and never reaches a thread", async () => {
    const { pool, started } = setUpPool({ maxWaiting: 4 });
    const left = new AbortController();
    const first = pool.run("inspectBody", shortInput(1));
    const second = pool.run("inspectBody", shortInput(2), { signal: left.signal });
    const third = pool.run("inspectBody", shortInput(3));
    const reason = new ClientLeft();
    left.abort(reason);
    await expect(second).rejects.toBe(reason);
    expect(pool.size).toBe(2);
    expect(listeners(left.signal)).toBe(0);
    nth(started, 0).settle(facts);
    await settled();
    nth(started, 1).settle(facts);
    await Promise.all([first, third]);
    expect(order(started)).toEqual([1, 3]);
  });

  it("just when its turn comes never reaches a thread, and hands its place on", async () => {
    const { pool, started } = setUpPool();
    const left = new AbortController();
    const first = pool.run("inspectBody", shortInput(1));
    const second = expect(
      pool.run("inspectBody", shortInput(2), { signal: left.signal }),
    ).rejects.toThrow("the client left");
    const third = pool.run("inspectBody", shortInput(3));
    // Called off with the result of the one before, in the same turn of the event loop.
    const leaves = first.then(() => left.abort(new ClientLeft()));
    nth(started, 0).settle(facts);
    await leaves;
    await second;
    await settled();
    const last = nth(started, started.length - 1);
    expect(last.input).toEqual(shortInput(3));
    last.settle(facts);
    await third;
    expect([pool.size, listeners(left.signal)]).toEqual([0, 0]);
  });

  it("while it runs loses its thread and rejects with the caller's own reason", async () => {
    const { pool, started } = setUpPool();
    const left = new AbortController();
    const output = pool.run("inspectBody", shortInput(1), { signal: left.signal });
    const next = pool.run("inspectBody", shortInput(2));
    const reason = new ClientLeft();
    left.abort(reason);
    expect(nth(started, 0).signal.aborted).toBe(true);
    await expect(output).rejects.toBe(reason);
    await settled();
    nth(started, 1).settle(facts);
    expect(await next).toBe(facts);
    expect([pool.size, listeners(left.signal)]).toEqual([0, 0]);
  });

  it("after its end is left alone: tinypool would throw into the void", async () => {
    const { pool, started } = setUpPool();
    const left = new AbortController();
    const output = pool.run("inspectBody", shortInput(1), { signal: left.signal });
    nth(started, 0).settle(facts);
    await output;
    expect(listeners(left.signal)).toBe(0);
    left.abort();
    expect(nth(started, 0).signal.aborted).toBe(false);
  });
});

describe("the deadline", () => {
  it("ends a task's thread and fails it", async () => {
    const { pool, started } = setUpPool({ taskDeadlineMs: 1000 });
    const { signal } = new AbortController();
    const output = pool.run("inspectBody", shortInput(1), { signal });
    const late = expect(output).rejects.toMatchObject({
      message: "the task inspectBody failed",
      cause: new Error("the task inspectBody took longer than 1000 ms"),
    });
    await vi.advanceTimersByTimeAsync(999);
    expect(nth(started, 0).signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await late;
    expect(nth(started, 0).signal.aborted).toBe(true);
    expect([pool.size, listeners(signal)]).toEqual([0, 0]);
  });

  it("counts from a task's start, not from when it came", async () => {
    const { pool, started } = setUpPool({ taskDeadlineMs: 1000 });
    const late = expect(pool.run("inspectBody", shortInput(1))).rejects.toThrow("failed");
    const second = pool.run("inspectBody", shortInput(2));
    await vi.advanceTimersByTimeAsync(1000);
    await late;
    expect(order(started)).toEqual([1, 2]);
    await vi.advanceTimersByTimeAsync(999);
    nth(started, 1).settle(facts);
    expect(await second).toBe(facts);
  });
});

describe("destroy", () => {
  it("without a task has no threads to end", async () => {
    const { pool, seen } = setUpPool();
    await pool.destroy();
    expect(seen).toEqual({ opened: 0, destroyed: 0 });
  });

  it("ends the threads once, however often it is called", async () => {
    const { pool, started, seen } = setUpPool();
    const output = pool.run("inspectBody", shortInput(1));
    nth(started, 0).settle(facts);
    await output;
    await Promise.all([pool.destroy(), pool.destroy()]);
    await pool.destroy();
    expect(seen.destroyed).toBe(1);
  });

  it("fails what runs and what waits; nothing starts any more", async () => {
    const { pool, started, seen } = setUpPool();
    const { signal } = new AbortController();
    const outputs = [
      pool.run("compressImage", longInput(1), { signal }),
      pool.run("compressImage", longInput(2), { signal }),
      pool.run("inspectBody", shortInput(3), { signal }),
    ];
    const ends = Promise.allSettled(outputs);
    await pool.destroy();
    const stopping = { status: "rejected", reason: { code: "shutting_down", status: 503 } };
    expect(await ends).toMatchObject([stopping, stopping, stopping]);
    expect(order(started)).toEqual([1]);
    expect([pool.size, listeners(signal)]).toEqual([0, 0]);
    await expect(pool.run("inspectBody", shortInput(4))).rejects.toMatchObject({
      code: "shutting_down",
    });
    expect([started.length, seen.opened]).toEqual([1, 1]);
  });

  it("before a task's turn has become a start keeps it from the threads", async () => {
    const { pool, started } = setUpPool();
    const first = pool.run("inspectBody", shortInput(1));
    const second = expect(pool.run("inspectBody", shortInput(2))).rejects.toMatchObject({
      code: "shutting_down",
    });
    const closing = first.then(() => pool.destroy());
    nth(started, 0).settle(facts);
    await closing;
    await second;
    expect(pool.size).toBe(0);
  });
});
