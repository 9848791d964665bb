import { onTestFinished, vi } from "vitest";
import { awakeClock } from "../../src/runtime/awake-clock.ts";

const HOUR_MS = 3_600_000;

/**
 * Has the steady clock of this process jump, as it does on Node on a Mac that wakes up: nothing has
 * run meanwhile. Sleeps are watched for; the clock is as it was when the test ends.
 */
export function steppedClock() {
  const before = performance.now.bind(performance);
  let sleptMs = 0;
  const spy = vi.spyOn(performance, "now").mockImplementation(() => before() + sleptMs);
  const told: number[] = [];
  const end = awakeClock.watch({ onWake: (ms) => void told.push(ms) });
  onTestFinished(() => {
    end();
    spy.mockRestore();
  });
  return {
    /** Ends the watch, and its timer, before the test has finished. */
    end,
    /** What was told of, in milliseconds. */
    told,
    sleep: (ms: number = 3 * HOUR_MS): void => {
      // Timers have read it before, and those that are due then read it at once.
      awakeClock.now();
      sleptMs += ms;
      awakeClock.now();
    },
  };
}
