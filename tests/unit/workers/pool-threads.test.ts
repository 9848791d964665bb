import { EventEmitter } from "node:events";
import type { Tinypool } from "tinypool";
import { expect, it, vi } from "vitest";
import { PoolThreads } from "../../../workers/pool-threads.ts";
import { within } from "../../support/deadline.ts";

class Thread extends EventEmitter {
  readonly terminate = vi.fn(() => {
    this.emit("exit", 1);
    return Promise.resolve(1);
  });
}

/** The threads of a pool with so many of them. */
function startThreads(count: number) {
  const threads = Array.from({ length: count }, () => new Thread());
  const destroy = vi.fn(() => Promise.resolve());
  const pool = new PoolThreads({ threads, destroy } as unknown as Tinypool);
  pool.notice();
  return { threads, pool, destroy };
}

it("are not ended while one of them loads", async () => {
  const { threads, pool, destroy } = startThreads(2);
  threads[0]?.emit("message", { ready: true });
  const ended = pool.end();
  await new Promise((resolve) => setImmediate(resolve));
  for (const { terminate } of threads) expect(terminate).not.toHaveBeenCalled();
  expect(destroy).not.toHaveBeenCalled();

  threads[1]?.emit("message", { ready: true });
  await within(ended, "the threads to end");
  for (const { terminate } of threads) expect(terminate).toHaveBeenCalledOnce();
});

it.each(["error", "exit"])("are ended when one that loads has failed with %s", async (event) => {
  const { threads, pool } = startThreads(1);
  const ended = pool.end();
  threads[0]?.emit(event, new Error("no such file"));
  await within(ended, "the threads to end");
  expect(threads[0]?.terminate).toHaveBeenCalledOnce();
});

it("are ended after some seconds when one never loads", async () => {
  vi.useFakeTimers();
  try {
    const { threads, pool } = startThreads(1);
    const ended = pool.end();
    await vi.advanceTimersByTimeAsync(4900);
    expect(threads[0]?.terminate).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(200);
    await ended;
    expect(threads[0]?.terminate).toHaveBeenCalledOnce();
  } finally {
    vi.useRealTimers();
  }
});

it("are noticed once each", () => {
  const onStart = vi.fn();
  const threads = [new Thread()];
  const pool = new PoolThreads({ threads } as unknown as Tinypool, onStart);
  pool.notice();
  pool.notice();
  threads.push(new Thread());
  pool.notice();
  expect(onStart.mock.calls.map(([thread]: unknown[]) => thread)).toEqual(threads);
});
