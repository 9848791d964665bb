import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { deferred } from "../../../src/runtime/deferred.ts";
import { Lifecycle, type Part } from "../../../src/runtime/lifecycle.ts";

function setUp() {
  const log: string[] = [];
  const reports: [string, unknown][] = [];
  const part = (name: string, more: Partial<Part> = {}): Part => ({
    name,
    start: () => void log.push(`start ${name}`),
    stop: () => void log.push(`stop ${name}`),
    ...more,
  });
  const lifecycle = (...parts: Part[]) =>
    new Lifecycle(parts, { report: (message, error) => reports.push([message, error]) });
  return { log, reports, part, lifecycle };
}

describe("Lifecycle", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  it("starts in order, one after the other, and stops in reverse", async () => {
    const { log, part, lifecycle } = setUp();
    const slow = deferred<void>();
    const parts = lifecycle(part("a", { start: () => slow.promise }), part("b"), part("c"));
    const started = parts.start();
    await vi.advanceTimersByTimeAsync(1);
    expect(log).toEqual([]);
    slow.resolve();
    await started;
    await parts.stop();
    expect(log).toEqual(["start b", "start c", "stop c", "stop b", "stop a"]);
  });

  it("stops what had started when a start fails, the failed part too, and throws its error", async () => {
    const { log, part, lifecycle } = setUp();
    const failure = new Error("port in use");
    const failing = part("b", { start: () => Promise.reject(failure) });
    await expect(lifecycle(part("a"), failing, part("c")).start()).rejects.toBe(failure);
    expect(log).toEqual(["start a", "stop b", "stop a"]);
  });

  it("stops once, however often it is told, and lets all callers await it", async () => {
    const { log, part, lifecycle } = setUp();
    const slow = deferred<void>();
    const parts = lifecycle(part("a"), part("b", { stop: () => slow.promise }));
    await parts.start();
    const stops = [parts.stop(), parts.stop()];
    let settled = 0;
    for (const stop of stops) void stop.then(() => (settled += 1));
    await vi.advanceTimersByTimeAsync(1);
    expect([settled, log]).toEqual([0, ["start a"].concat("start b")]);
    slow.resolve();
    await Promise.all([...stops, parts.stop()]);
    expect(log).toEqual(["start a", "start b", "stop a"]);
  });

  it("starts nothing more once it was told to stop", async () => {
    const { log, part, lifecycle } = setUp();
    const slow = deferred<void>();
    const parts = lifecycle(part("a", { start: () => slow.promise }), part("b"));
    const started = parts.start();
    expect(parts.isStopping).toBe(false);
    await parts.stop();
    expect(parts.isStopping).toBe(true);
    slow.resolve();
    await started;
    expect(log).toEqual(["stop a"]);
  });

  it.each([
    [{}, 5000],
    [{ stopDeadlineMs: 200 }, 200],
  ])("leaves a part behind that does not stop in time (%j)", async (more, deadlineMs) => {
    const { log, reports, part, lifecycle } = setUp();
    const stuck = part("b", { stop: () => new Promise(() => {}), ...more });
    const parts = lifecycle(part("a"), stuck);
    await parts.start();
    const stopped = parts.stop();
    await vi.advanceTimersByTimeAsync(deadlineMs - 1);
    expect(log).not.toContain("stop a");
    await vi.advanceTimersByTimeAsync(1);
    await stopped;
    expect(log).toContain("stop a");
    expect(reports).toEqual([[`b did not stop within ${deadlineMs} ms`, undefined]]);
  });

  it("reports a part that fails to stop, and goes on", async () => {
    const { log, reports, part, lifecycle } = setUp();
    const failure = new Error("stuck");
    const parts = lifecycle(
      part("a"),
      part("b", { stop: () => Promise.reject(failure) }),
      part("c", {
        stop: () => {
          throw failure;
        },
      }),
    );
    await parts.start();
    await parts.stop();
    expect(log).toContain("stop a");
    expect(reports).toEqual([
      ["c failed to stop", failure],
      ["b failed to stop", failure],
    ]);
  });
});
