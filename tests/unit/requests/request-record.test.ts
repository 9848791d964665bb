import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RequestRecord, type RequestEnd } from "../../../src/requests/request-record.ts";

const end: RequestEnd = { status: 200, bytes: 3, complete: true };

describe("RequestRecord", () => {
  beforeEach(() => void vi.useFakeTimers({ now: 1_700_000_000_000 }));
  afterEach(() => void vi.useRealTimers());

  it("ends once, and tells all who asked in their order", () => {
    const told: unknown[] = [];
    const record = new RequestRecord("id-1", (ended, how) => told.push([ended.id, how]));
    record.onEnd(() => told.push("slot"));
    record.onEnd(() => told.push("count"));
    record.end(end);
    record.end({ ...end, complete: false });
    expect(told).toEqual([["id-1", end], "slot", "count"]);
  });

  it("lets all give back what they hold, whatever one of them throws", () => {
    const given: string[] = [];
    const record = new RequestRecord("id-1", () => {
      throw new Error("the log");
    });
    record.onEnd(() => given.push("slot"));
    record.onEnd(() => {
      throw new Error("another");
    });
    record.onEnd(() => given.push("count"));
    expect(() => record.end(end)).toThrow("a request could not end");
    expect(given).toEqual(["slot", "count"]);
  });

  it("has a client that holds up nobody when it has ended, though others share its call", () => {
    const record = new RequestRecord("id-1", () => {});
    record.call.heldUp.begin();
    vi.advanceTimersByTime(100);
    record.end(end);
    vi.advanceTimersByTime(1000);
    expect(record.call.heldUp.ms).toBe(100);
  });

  it("knows when it began and how long it has lived", async () => {
    const record = new RequestRecord("id-1", () => {});
    await vi.advanceTimersByTimeAsync(1250);
    expect(record.elapsedMs).toBe(1250);
    expect(record.startedAtMs).toBe(1_700_000_000_000);
  });

  it.each([
    [{}, "", "total;dur=20.00"],
    [{ queueMs: 0 }, "queue;dur=0.00", "queue;dur=0.00, total;dur=20.00"],
    [{ firstMs: 3 }, "first;dur=3.00", "first;dur=3.00, total;dur=20.00"],
    [
      { queueMs: 1.234, loadMs: 5, firstMs: 9.996, bodyMs: 2 },
      "queue;dur=1.23, load;dur=5.00, first;dur=10.00",
      "queue;dur=1.23, load;dur=5.00, first;dur=10.00, body;dur=2.00, total;dur=20.00",
    ],
  ])("writes %j as Server-Timing", async (known, streamed, whole) => {
    const record = new RequestRecord("id-1", () => {});
    Object.assign(record.call, known);
    await vi.advanceTimersByTimeAsync(20);
    expect(record.serverTiming(false)).toBe(streamed);
    expect(record.serverTiming(true)).toBe(whole);
  });
});
