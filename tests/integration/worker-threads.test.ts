import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { ClientLeft } from "../../src/errors/abort-reasons.ts";
import { onBun } from "../../src/runtime/on-bun.ts";
import { openWorkerPool, type WorkerPool } from "../../workers/pool.ts";
import { until, within } from "../support/deadline.ts";
import { threadOrder, type Deed } from "../support/thread-order.ts";
import { watchThreads } from "../support/watched-threads.ts";

const ENTRY = new URL("../support/misbehaving-worker.mjs", import.meta.url).href;

/** A pool of threads whose tasks misbehave as they are told. */
function openPool({ entry = ENTRY, threads = 2, taskDeadlineMs = 30_000 } = {}) {
  const faults: unknown[] = [];
  const onFault = (err: unknown): void => void faults.push(err);
  const pool = openWorkerPool({ entry, threads, taskDeadlineMs, onFault });
  onTestFinished(() => pool.destroy());
  const run = (deed: Deed) => pool.run("inspectBody", threadOrder(deed).input);
  return { pool, run, faults };
}

/** Two tasks that run at the same time come to their end. */
async function expectTwoThreads(pool: WorkerPool): Promise<void> {
  const orders = [threadOrder("wait"), threadOrder("wait")];
  const answers = orders.map(({ input }) => pool.run("inspectBody", input));
  await Promise.all(orders.map(({ started }) => started()));
  for (const { goOn } of orders) goOn();
  expect(await within(Promise.all(answers), "both answers")).toEqual([
    { model: "wait" },
    { model: "wait" },
  ]);
}

const failed = (cause: unknown) => ({
  message: "the task inspectBody failed",
  cause,
});
const LATE = { message: "the task inspectBody took longer than 2000 ms" };

describe("a task on a thread fails alone", () => {
  const misbehaves = (deed: Deed, cause: unknown, taskDeadlineMs: number) => async () => {
    const { pool, run, faults } = openPool({ taskDeadlineMs });
    await run("answer");
    const order = threadOrder(deed);
    const state = { hasFailed: false };
    const failure = pool
      .run("inspectBody", order.input)
      .catch((err: unknown) => err)
      .finally(() => (state.hasFailed = true));
    await order.started();
    // On the other thread all goes on meanwhile.
    do {
      expect(await run("answer")).toEqual({ model: "answer" });
      await pause(5);
    } while (!state.hasFailed);
    expect(await failure).toMatchObject(failed(cause));
    await expectTwoThreads(pool);
    expect([pool.size, faults]).toEqual([0, []]);
  };

  it("that throws", misbehaves("throw", { name: "TypeError", message: "a mistake" }, 30_000));
  it("that ends its thread", misbehaves("exit", LATE, 2000));
  it("that never ends", misbehaves("loop", LATE, 2000));
  // Node knows nothing of the cause but that there is one.
  it("whose result cannot be copied", misbehaves("give what cannot be copied", {}, 30_000));
  // Bun has no limit for a thread's memory.
  (onBun ? () => {} : it)(
    "that runs out of memory",
    misbehaves("eat", { code: "ERR_WORKER_OUT_OF_MEMORY" }, 60_000),
  );

  it("also one after the other, on a single thread", async () => {
    const { run } = openPool({ threads: 1, taskDeadlineMs: 2000 });
    const deeds = ["throw", "exit", "answer", "throw", "answer"] as const;
    const ends = await Promise.allSettled(deeds.map((deed) => run(deed)));
    expect(ends.map(({ status }) => status)).toEqual([
      "rejected",
      "rejected",
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
  });

  it("when the threads' entry cannot be loaded: told at once, failed at the deadline", async () => {
    const { run, faults } = openPool({ entry: "file:///nowhere/main.js", taskDeadlineMs: 2000 });
    const failure = expect(run("answer")).rejects.toMatchObject(failed(LATE));
    await until(() => faults.length > 0, "the fault is told");
    await within(failure, "the failure");
  });
});

describe("a task that is called off", () => {
  it("ends its thread; the next has a new one", async () => {
    const { seen, ended } = watchThreads();
    const { pool, run } = openPool({ threads: 1 });
    const left = new AbortController();
    const order = threadOrder("loop");
    const output = pool.run("inspectBody", order.input, { signal: left.signal });
    await order.started();
    const reason = new ClientLeft();
    left.abort(reason);
    await expect(within(output, "the task's end")).rejects.toBe(reason);
    await ended(1);
    expect(await run("answer")).toEqual({ model: "answer" });
    expect(seen).toEqual({ begun: 2, ended: 1 });
  });

  it("before its thread has started never runs, and the thread takes the next", async () => {
    const { seen } = watchThreads();
    const { pool, run } = openPool({ threads: 1 });
    const left = new AbortController();
    const order = threadOrder("answer");
    const output = pool.run("inspectBody", order.input, { signal: left.signal });
    left.abort(new ClientLeft());
    await expect(output).rejects.toThrow("the client left");
    expect(await run("answer")).toEqual({ model: "answer" });
    expect(order.hasStarted()).toBe(false);
    expect(seen).toEqual({ begun: 1, ended: 0 });
  });

  it("just when it has ended fails nobody else's, whose turn is next", async () => {
    const { pool, run, faults } = openPool({ threads: 1 });
    for (let i = 0; i < 100; i += 1) {
      const left = new AbortController();
      const order = threadOrder("answer");
      const output = pool.run("inspectBody", order.input, { signal: left.signal, tenant: "a" });
      output.catch(() => {});
      const next = run("answer");
      await order.started();
      left.abort(new ClientLeft());
      expect(await next).toEqual({ model: "answer" });
    }
    expect([pool.size, faults]).toEqual([0, []]);
  });

  it("a hundred times, leaves the pool as it was", async () => {
    const { seen, ended } = watchThreads();
    const { pool, run, faults } = openPool();
    for (let i = 0; i < 100; i += 1) {
      const left = new AbortController();
      const order = threadOrder("loop");
      const output = pool.run("inspectBody", order.input, { signal: left.signal });
      if (i % 10 === 0) await order.started();
      left.abort(new ClientLeft());
      await expect(output).rejects.toThrow("the client left");
    }
    expect(await run("answer")).toEqual({ model: "answer" });
    await expectTwoThreads(pool);
    await pool.destroy();
    await ended(seen.begun);
    expect([pool.size, faults]).toEqual([0, []]);
  });
});

describe("destroy", () => {
  const stopping = expect.objectContaining({ code: "shutting_down" }) as Error;

  it("leaves no thread, whether it rested or worked", async () => {
    const { seen, ended } = watchThreads();
    const { pool } = openPool({ threads: 3 });
    const orders = [threadOrder("loop"), threadOrder("wait"), threadOrder("wait")];
    const outputs = orders.map(({ input }) =>
      pool.run("inspectBody", input).catch((err: unknown) => err),
    );
    await Promise.all(orders.map(({ started }) => started()));
    orders.at(-1)?.goOn();
    await outputs.at(-1);
    await within(pool.destroy(), "the pool's end");
    await ended(3);
    expect(await Promise.all(outputs)).toEqual([stopping, stopping, { model: "wait" }]);
    expect(seen).toEqual({ begun: 3, ended: 3 });
  });

  it("does not wait for a thread that has ended itself", async () => {
    const { seen, ended } = watchThreads();
    const { pool, run } = openPool();
    const output = run("exit").catch((err: unknown) => err);
    await ended(1);
    await within(pool.destroy(), "the pool's end");
    expect(await output).toEqual(stopping);
    expect(seen).toEqual({ begun: 1, ended: 1 });
  });

  it("starts no thread for a task that waits", async () => {
    const { seen } = watchThreads();
    const { pool, run } = openPool({ threads: 1 });
    const order = threadOrder("loop");
    const outputs = [pool.run("inspectBody", order.input), run("answer"), run("answer")];
    const ends = Promise.all(outputs.map((output) => output.catch((err: unknown) => err)));
    await order.started();
    await within(pool.destroy(), "the pool's end");
    expect(await ends).toEqual([stopping, stopping, stopping]);
    await expect(run("answer")).rejects.toEqual(stopping);
    expect(seen).toEqual({ begun: 1, ended: 1 });
  });

  it("comes to an end while a thread is starting", async () => {
    const { seen, ended } = watchThreads();
    const { pool, run } = openPool();
    const output = run("answer").catch((err: unknown) => err);
    await within(pool.destroy(), "the pool's end");
    expect(await output).toEqual(stopping);
    await ended(seen.begun);
  });
});
