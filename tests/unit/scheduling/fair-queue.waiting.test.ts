import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ServiceError } from "../../../src/errors/service-error.ts";
import type { WaitLog } from "../../../src/scheduling/fair-queue.ts";
import type { Standing } from "../../../src/scheduling/waits/standing.ts";
import { setUpQueue } from "./queue-set-up.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Notes where a request stands in the queue. */
function waitLog() {
  const log = {
    position: (): number | undefined => undefined,
    behind: undefined as number | undefined,
    waitsForPlace: (_begun: Standing, now: () => Standing | undefined, behind: number) =>
      void Object.assign(log, { position: () => now()?.position, behind }),
    wouldWait: () => {},
    waitsForModel: () => {},
  } satisfies WaitLog & { position: () => number | undefined; behind: number | undefined };
  return log;
}

it("a request that waits is told its number, which the turns change", async () => {
  const { ask, end } = setUpQueue();
  const logs = [waitLog(), waitLog(), waitLog()];
  const [first, second, third] = logs;
  await ask("a1");
  const waiting = [
    ask("a2", { waiting: first }),
    ask("a3", { waiting: second }),
    ask("b1", { waiting: third }),
  ];
  const positions = () => logs.map(({ position }) => position());
  // Tenant a was served already: b goes before it.
  expect(positions()).toEqual([2, 3, 1]);
  end("a1");
  await waiting[2];
  expect(positions()).toEqual([1, 2, undefined]);
  end("b1");
  await waiting[0];
  end("a2");
  await waiting[1];
  expect(positions()).toEqual([undefined, undefined, undefined]);
});

it("a request that waits is told how many run and wait before it", async () => {
  const { ask } = setUpQueue();
  const logs = Array.from({ length: 5 }, waitLog);
  const [first, second, background, vision, other] = logs;
  await ask("a1");
  void ask("b1", { background: true });
  void ask("a2", { waiting: first });
  void ask("a3", { waiting: second });
  void ask("b2", { waiting: background, background: true });
  void ask("c1", { waiting: vision, line: "vision" });
  // Another model's has its place at once, though others wait.
  await ask("d1", { waiting: other, model: "n" });
  expect(logs.map(({ behind }) => behind)).toEqual([1, 2, 4, 0, undefined]);
});

it("counts those of the other line for nothing", async () => {
  const { ask } = setUpQueue();
  const log = waitLog();
  await ask("a1");
  void ask("b1", { line: "vision" });
  void ask("c1", { waiting: log });
  expect(log.position()).toBe(1);
});

it("the waiting of some can be ended, and that of the others goes on", async () => {
  const { queue, ask, end, order } = setUpQueue();
  await ask("a1");
  const why = new ServiceError("upstream_unavailable", "no");
  const waiting = [ask("a2"), ask("b1", { background: true }), ask("c1", { line: "vision" })];
  const ended = Promise.allSettled(waiting.slice(0, 2));
  queue.rejectWaiting(why, ({ line }) => line === "text");
  expect(await ended).toMatchObject([{ reason: why }, { reason: why }]);
  expect(queue.stats("text")).toMatchObject({ queued: 0, failed: 2, in_progress: 1 });
  end("a1");
  await waiting[2];
  expect(order).toEqual(["a1", "c1"]);
});
