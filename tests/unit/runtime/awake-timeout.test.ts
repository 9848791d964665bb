import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { awakeClock } from "../../../src/runtime/awake-clock.ts";
import { awakeTimeout, awakeTimeoutSignal } from "../../../src/runtime/awake-timeout.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** A clock that stands still for as long as it is told to, while timers go on. */
function sleepyClock() {
  let fellAsleepAt = 0;
  let sleptMs = 0;
  vi.spyOn(awakeClock, "now").mockImplementation(() =>
    Math.max(fellAsleepAt, performance.now() - sleptMs),
  );
  return (ms: number): void => {
    fellAsleepAt = performance.now();
    sleptMs = ms;
  };
}

describe("awakeTimeout", () => {
  it("expires once, when its time is over", () => {
    const expire = vi.fn();
    awakeTimeout(5000, expire);
    vi.advanceTimersByTime(4999);
    expect(expire).not.toHaveBeenCalled();
    vi.advanceTimersByTime(60_000);
    expect(expire).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("waits for the rest of its time when its timer is due because of a sleep", () => {
    const expire = vi.fn();
    const fallAsleep = sleepyClock();
    awakeTimeout(5000, expire);
    vi.advanceTimersByTime(1000);
    // The runtime's timers have gone on, and fire.
    fallAsleep(60_000);
    vi.advanceTimersByTime(60_000);
    expect(expire).not.toHaveBeenCalled();
    vi.advanceTimersByTime(3900);
    expect(expire).not.toHaveBeenCalled();
    vi.advanceTimersByTime(200);
    expect(expire).toHaveBeenCalledOnce();
  });

  it("is called off, also when it waits once more", () => {
    const expire = vi.fn();
    const fallAsleep = sleepyClock();
    awakeTimeout(5000, expire)();
    const callOff = awakeTimeout(5000, expire);
    fallAsleep(60_000);
    vi.advanceTimersByTime(60_000);
    callOff();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(60_000);
    expect(expire).not.toHaveBeenCalled();
  });

  it("goes on with the timers that it has begun with, not with those of a test", async () => {
    vi.useRealTimers();
    let now = 0;
    const again = new Promise<void>((resolve) => {
      vi.spyOn(awakeClock, "now").mockImplementation(() => {
        if (now > 0) resolve();
        return now;
      });
    });
    const callOff = awakeTimeout(50, () => {});
    vi.useFakeTimers();
    // Another clock's, which says that a part of the time is left.
    now = 20;
    await again;
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
    callOff();
  });

  it("aborts as AbortSignal.timeout does", () => {
    const signal = awakeTimeoutSignal(300);
    expect(signal.aborted).toBe(false);
    vi.advanceTimersByTime(300);
    expect(signal.reason).toMatchObject({ name: "TimeoutError" });
  });
});
