import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { setUpQueue } from "./queue-set-up.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("a model that is held has its requests wait, and no others", async () => {
  const { queue, ask, order } = setUpQueue();
  const release = queue.hold("m");
  const waiting = ask("a1");
  await ask("b1", { model: "other" });
  expect(order).toEqual(["b1"]);
  expect(queue.hold("m")).toBeUndefined();
  release?.();
  await waiting;
  expect(order).toEqual(["b1", "a1"]);
});

it("a model with work, running or waiting, cannot be held", async () => {
  const { queue, ask } = setUpQueue();
  const place = await ask("a1");
  expect(queue.hold("m")).toBeUndefined();
  const next = ask("a2");
  place.release("completed");
  (await next).release("completed");
  const release = queue.hold("m");
  expect(release).toBeDefined();
  release?.();
  expect(queue.hold("m")).toBeDefined();
});

it("a model that is drained gets no new work, and is there once what it has is done", async () => {
  const { queue, ask, order, end } = setUpQueue();
  await ask("a1");
  const draining = queue.drain("m", new AbortController().signal);
  const waiting = ask("a2");
  expect(await Promise.race([draining, Promise.resolve("not yet")])).toBe("not yet");
  end("a1");
  const release = await draining;
  expect(order).toEqual(["a1"]);
  expect(await queue.drain("m", new AbortController().signal)).toBeUndefined();
  release?.();
  await waiting;
  expect(order).toEqual(["a1", "a2"]);
});

it("a drain that is given up holds nothing", async () => {
  const { queue, ask, order, end } = setUpQueue({ modelParallel: 2 });
  await ask("a1");
  const giveUp = new AbortController();
  const draining = queue.drain("m", giveUp.signal);
  const waiting = ask("a2");
  giveUp.abort(new Error("too long"));
  await expect(draining).rejects.toThrow("too long");
  await waiting;
  expect(order).toEqual(["a1", "a2"]);
  end("a1");
});
