import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ActiveRequests } from "../../../src/runtime/active-requests.ts";

describe("ActiveRequests", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  it("is idle at once when nothing is under way", async () => {
    await new ActiveRequests().idle(10_000);
  });

  it("is idle when the last request has left", async () => {
    const active = new ActiveRequests();
    active.enter();
    active.enter();
    let idle = 0;
    const waits = [1, 2].map(() => active.idle(10_000).then(() => (idle += 1)));
    active.leave();
    await vi.advanceTimersByTimeAsync(100);
    expect([idle, active.size]).toEqual([0, 1]);
    active.leave();
    await Promise.all(waits);
    expect([idle, active.size]).toEqual([2, 0]);
  });

  it("is waited for no longer than the limit", async () => {
    const active = new ActiveRequests();
    active.enter();
    let given = false;
    const wait = active.idle(500).then(() => (given = true));
    await vi.advanceTimersByTimeAsync(499);
    expect(given).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await wait;
    expect(active.size).toBe(1);
  });
});
