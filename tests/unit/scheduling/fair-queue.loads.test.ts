import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { setUpQueue } from "./queue-set-up.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("a load is charged to those who have work for the model, in even parts", async () => {
  const set = setUpQueue({ weights: { a: 1, b: 1, c: 1 } });
  // Two run on other models; a and b want the one that is loaded.
  void set.ask("c1", { model: "other" });
  void set.ask("a1");
  for (const label of ["b1", "a2"]) void set.ask(label);
  await vi.advanceTimersByTimeAsync(0);
  set.queue.loaded("m", 6000);
  for (const label of ["c2", "c3", "c4", "c5"]) void set.ask(label);
  await vi.advanceTimersByTimeAsync(0);
  set.end("c1", 1);
  // Each of c's costs one second: it has the turns until it has had what the load was for each.
  for (const label of ["a1", "c2", "c3", "c4"]) {
    set.end(label, label === "a1" ? 1 : 1000);
    await vi.advanceTimersByTimeAsync(0);
  }
  expect(set.order).toEqual(["c1", "a1", "c2", "c3", "c4", "b1"]);
  for (const label of ["b1", "a2", "c5"]) {
    set.end(label, 1);
    await vi.advanceTimersByTimeAsync(0);
  }
});

it("work of several tenants is charged to each for its part", async () => {
  const set = setUpQueue({ weights: { a: 1, b: 1, c: 1 } });
  void set.ask("a1", {
    parts: new Map([
      ["a", 0.5],
      ["b", 0.3],
      ["c", 0.2],
    ]),
  });
  for (const label of ["a2", "b1", "c1", "c2"]) void set.ask(label);
  await vi.advanceTimersByTimeAsync(0);
  set.end("a1", 1000);
  await vi.advanceTimersByTimeAsync(0);
  set.end("c1", 400);
  await vi.advanceTimersByTimeAsync(0);
  set.end("b1", 400);
  await vi.advanceTimersByTimeAsync(0);
  // a has had 500, c 600 and b 700.
  expect(set.order).toEqual(["a1", "c1", "b1", "a2"]);
  for (const label of ["a2", "c2"]) {
    set.end(label, 1);
    await vi.advanceTimersByTimeAsync(0);
  }
});
