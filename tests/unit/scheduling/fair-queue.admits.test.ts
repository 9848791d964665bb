import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { settled } from "../inference/turn-set-up.ts";
import { setUpQueue } from "./queue-set-up.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const alone = { admits: (running: number): boolean => running === 0 };

it("a request that needs its model alone waits until nothing runs on it, and none behind it goes first", async () => {
  const { ask, end, order } = setUpQueue({ modelParallel: 4 });
  await ask("a1");
  await ask("b1");
  const all = [ask("c1", alone), ask("d1"), ask("e1", { model: "other" }), ask("f1")];
  await settled();
  expect(order).toEqual(["a1", "b1", "e1"]);
  end("a1");
  await settled();
  expect(order).toEqual(["a1", "b1", "e1"]);
  end("b1");
  await Promise.all(all);
  expect(order.slice(3)).toEqual(["c1", "d1", "f1"]);
});

it("is asked anew each time", async () => {
  const { queue, ask, order } = setUpQueue({ modelParallel: 4 });
  let isHeld = true;
  const waiting = ask("a1", { admits: () => !isHeld });
  await settled();
  isHeld = false;
  queue.wake();
  await waiting;
  expect(order).toEqual(["a1"]);
});

it("one whose tenant has all that it may have holds up nobody", async () => {
  const { ask, end, order } = setUpQueue({ modelParallel: 4, tenantMaxRunning: 1 });
  await ask("a1", { model: "other" });
  await ask("b1");
  const wide = ask("a2", alone);
  await ask("c1");
  expect(order).toEqual(["a1", "b1", "c1"]);
  end("a1");
  end("b1");
  end("c1");
  await wide;
});

it("background work waits for its model, and holds up nobody", async () => {
  const { ask, end, order } = setUpQueue({ modelParallel: 4 });
  await ask("a1");
  const batch = ask("b1", { ...alone, background: true });
  await ask("c1");
  expect(order).toEqual(["a1", "c1"]);
  end("a1");
  end("c1");
  await batch;
});

it("background work has its model run dry once it is owed its share, though that is never idle", async () => {
  const { ask, end, order } = setUpQueue({ modelParallel: 4 });
  await ask("a1");
  const batch = ask("b1", { ...alone, background: true });
  // 10 s are owed to it after 190 s of other work.
  for (let i = 1; i < 19; i += 1) {
    await ask(`a${i + 1}`);
    end(`a${i}`, 10_000);
    await settled();
  }
  await ask("a20");
  end("a19", 10_000);
  await settled();
  const later = ask("a21");
  await settled();
  expect(order).not.toContain("b1");
  expect(order).not.toContain("a21");
  end("a20", 10_000);
  await batch;
  end("b1", 10_000);
  await later;
  expect(order.slice(-3)).toEqual(["a20", "b1", "a21"]);
});

it("a full line is no way past it", async () => {
  const { ask, end } = setUpQueue({ modelParallel: 4, maxWaiting: 1 });
  await ask("a1");
  const wide = ask("b1", alone);
  await expect(ask("c1")).rejects.toMatchObject({ code: "queue_full" });
  end("a1");
  await wide;
});
