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
