import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AwakeClock } from "../../../src/runtime/awake-clock.ts";

const HOUR_MS = 3_600_000;

/** The clocks of a machine; all stand at something else than zero when it begins. */
function machine() {
  const at = { steadyMs: 1000, uptimeMs: 500_000, cpuMs: 70 };
  const clock = new AwakeClock({
    steadyMs: () => at.steadyMs,
    uptimeMs: () => at.uptimeMs,
    cpuMs: () => at.cpuMs,
  });
  /** Time passes on clocks, without a timer. */
  const step = (ms: number, more: { steadyMs?: number; cpuMs?: number } = {}): void => {
    at.uptimeMs += ms;
    at.steadyMs += more.steadyMs ?? ms;
    at.cpuMs += more.cpuMs ?? 0;
  };
  /** Time passes, and the timers go with it. */
  const pass = (ms: number): void => {
    for (let leftMs = ms; leftMs > 0; leftMs -= 100) {
      step(100, { cpuMs: 1 });
      vi.advanceTimersByTime(100);
    }
  };
  const slept: number[] = [];
  return { clock, step, pass, slept, onWake: (ms: number) => void slept.push(ms) };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe("AwakeClock", () => {
  it("goes with the steady clock while nobody watches", () => {
    const { clock, step } = machine();
    step(5 * HOUR_MS);
    expect(clock.now()).toBe(1000 + 5 * HOUR_MS);
    expect(clock.wokeAt).toBe(Number.NEGATIVE_INFINITY);
    expect(clock.sinceWakeMs()).toBe(Infinity);
  });

  it("stands still in a sleep that the steady clock counts, from the first reading after it", () => {
    const { clock, step, pass, slept, onWake } = machine();
    const stop = clock.watch({ onWake });
    pass(5000);
    const before = clock.now();
    step(2 * HOUR_MS);
    expect(clock.now()).toBe(before);
    expect(clock.wokeAt).toBe(before);
    expect(slept).toEqual([]);
    pass(1000);
    expect(clock.now()).toBe(before + 1000);
    expect(clock.sinceWakeMs()).toBe(1000);
    expect(slept).toEqual([2 * HOUR_MS]);
    pass(60_000);
    expect(slept).toHaveLength(1);
    stop();
  });

  it("takes nothing off for a sleep that the steady clock does not count, and tells of it", () => {
    const { clock, step, pass, slept, onWake } = machine();
    const stop = clock.watch({ onWake });
    pass(5000);
    const before = clock.now();
    step(2 * HOUR_MS, { steadyMs: 300 });
    expect(clock.now()).toBe(before + 300);
    // Before the tick for whoever asks for it.
    expect(clock.sinceWakeMs()).toBe(0);
    pass(1000);
    expect(slept).toEqual([2 * HOUR_MS - 300]);
    expect(clock.now()).toBe(before + 1300);
    stop();
  });

  it("knows a busy process from a sleep by its processor time", () => {
    const { clock, step, pass, slept, onWake } = machine();
    const stop = clock.watch({ onWake });
    pass(5000);
    const before = clock.now();
    step(30_000, { cpuMs: 29_000 });
    expect(clock.now()).toBe(before + 30_000);
    pass(2000);
    expect(slept).toEqual([]);
    // What it did in the second before it fell asleep is no sign of work.
    step(500, { cpuMs: 2000 });
    clock.now();
    step(HOUR_MS);
    clock.now();
    pass(1000);
    expect(slept).toEqual([HOUR_MS]);
    stop();
  });

  it("overlooks what is shorter than each one wants to know of, and adds up what comes together", () => {
    const { clock, step, pass, slept, onWake } = machine();
    const short: number[] = [];
    const stop = clock.watch({ onWake });
    const stopShort = clock.watch({ leastMs: 2000, onWake: (ms) => void short.push(ms) });
    step(4000);
    clock.now();
    step(4000);
    clock.now();
    pass(1000);
    expect(short).toEqual([8000]);
    expect(slept).toEqual([]);
    stopShort();
    const before = clock.now();
    step(9000);
    expect(clock.now()).toBe(before + 9000);
    stop();
    stop();
    // It is the steady clock again.
    step(HOUR_MS);
    expect(clock.now()).toBe(before + 8000 + 9000 + HOUR_MS);
  });

  it("begins anew when it is watched again", () => {
    const { clock, step, pass, slept, onWake } = machine();
    clock.watch({ onWake })();
    step(8 * HOUR_MS, { steadyMs: 60_000 });
    const stop = clock.watch({ onWake });
    pass(3000);
    expect(slept).toEqual([]);
    step(HOUR_MS);
    clock.now();
    pass(1000);
    expect(slept).toEqual([HOUR_MS]);
    stop();
  });
});
