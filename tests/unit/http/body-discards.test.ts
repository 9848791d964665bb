import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { BodyDiscards } from "../../../src/http/body-discards.ts";
import { Deadlines } from "../../../src/runtime/deadlines.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setUp(maxMs = 1000) {
  const deadlines = new Deadlines();
  const discards = new BodyDiscards({ maxMs, deadlines, maxBytes: 100, atOnce: 2 });
  const late = vi.fn();
  return { discards, deadlines, late };
}

describe("BodyDiscards", () => {
  it("takes bodies up to a length, declared or counted", () => {
    const { discards, late } = setUp();
    expect(discards.begin(101, late)).toBeUndefined();
    const discard = discards.begin(undefined, late);
    expect([60, 40, 1].map((bytes) => discard?.takes(bytes))).toEqual([true, true, false]);
  });

  it("takes so many at once", () => {
    const { discards, late } = setUp();
    const [first] = [discards.begin(1, late), discards.begin(1, late)];
    expect(discards.begin(1, late)).toBeUndefined();
    first?.end();
    first?.end();
    expect(discards.size).toBe(1);
    expect(discards.begin(1, late)).toBeDefined();
  });

  it("tells when its time is over, but not of one that has ended", async () => {
    const { discards, deadlines, late } = setUp();
    discards.begin(1, late)?.end();
    await vi.advanceTimersByTimeAsync(2000);
    expect(late).not.toHaveBeenCalled();
    discards.begin(1, late);
    await vi.advanceTimersByTimeAsync(1200);
    expect(late).toHaveBeenCalledTimes(1);
    expect(deadlines.size).toBe(0);
  });

  it("takes none where there is no time", () => {
    const { discards, late } = setUp(0);
    expect(discards.begin(1, late)).toBeUndefined();
  });
});
