import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { StallWatch } from "../../../src/runtime/stall-watch.ts";
import { UploadWatch } from "../../../src/http/upload-watch.ts";
import { steppedClock } from "../../support/stepped-clock.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("StallWatch", () => {
  it("tells once of what makes no step, and of that alone", () => {
    const stalls: string[] = [];
    const watch = new StallWatch({ stallMs: 2000, onStall: () => stalls.push("told") });
    let steps = 0;
    watch.watch({ steps: () => 7, stalled: () => stalls.push("stuck") });
    watch.watch({ steps: () => (steps += 1), stalled: () => stalls.push("alive") });
    vi.advanceTimersByTime(1900);
    expect(stalls).toEqual([]);
    vi.advanceTimersByTime(10_000);
    expect(stalls).toEqual(["told", "stuck"]);
  });

  it("counts no time in which nothing is waited for", () => {
    let steps: number | undefined = 1;
    const stalled = vi.fn();
    new StallWatch({ stallMs: 2000 }).watch({ steps: () => steps, stalled });
    vi.advanceTimersByTime(1500);
    steps = undefined;
    vi.advanceTimersByTime(60_000);
    steps = 1;
    vi.advanceTimersByTime(1900);
    expect(stalled).not.toHaveBeenCalled();
    vi.advanceTimersByTime(600);
    expect(stalled).toHaveBeenCalledOnce();
  });

  it("gives all its time again to what has slept with the machine", () => {
    const { sleep, told } = steppedClock();
    const stalled = vi.fn();
    new StallWatch({ stallMs: 60_000 }).watch({ steps: () => 1, stalled });
    vi.advanceTimersByTime(55_000);
    sleep();
    vi.advanceTimersByTime(58_000);
    expect(stalled).not.toHaveBeenCalled();
    expect(told).toHaveLength(1);
    vi.advanceTimersByTime(4000);
    expect(stalled).toHaveBeenCalledOnce();
  });

  it("is told off, and leaves no timer when there is nothing to watch", () => {
    const watch = new StallWatch({ stallMs: 2000 });
    const stop = watch.watch({ steps: () => 1, stalled: () => expect.unreachable() });
    stop();
    vi.advanceTimersByTime(5000);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("UploadWatch.pieces", () => {
  it("hands on what comes, however slowly it is taken", async () => {
    const source = ["a", "b"][Symbol.iterator]();
    const pieces = new UploadWatch({ stallMs: 2000 }).pieces({
      next: () => Promise.resolve(source.next()),
    });
    expect(await pieces.next()).toEqual({ done: false, value: "a" });
    vi.advanceTimersByTime(60_000);
    expect(await pieces.next()).toEqual({ done: false, value: "b" });
    expect(await pieces.next()).toEqual({ done: true, value: undefined });
  });

  it("gives up what does not come, and lets go of its source", async () => {
    const returned = vi.fn(() => Promise.reject(new Error("gone")));
    const pieces = new UploadWatch({ stallMs: 2000 }).pieces<string>({
      next: () => new Promise(() => {}),
      return: returned,
    });
    const failing = expect(pieces.next()).rejects.toMatchObject({ code: "upload_stalled" });
    await vi.advanceTimersByTimeAsync(3000);
    await failing;
    expect(returned).toHaveBeenCalledOnce();
  });
});
