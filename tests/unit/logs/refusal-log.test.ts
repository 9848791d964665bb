import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ServiceError } from "../../../src/errors/service-error.ts";
import { unreachable } from "../../../src/errors/unreachable.ts";
import { RefusalLog, type Refusals } from "../../../src/logs/refusal-log.ts";

function setUp() {
  const lines: Refusals[] = [];
  const log = new RefusalLog({ write: (refusals) => void lines.push(refusals) });
  return { lines, log };
}

describe("RefusalLog", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  it("says once a second and code how many were refused, and why the last was", () => {
    const { lines, log } = setUp();
    for (let i = 1; i <= 1000; i++) log.add(unreachable(new Error(`ECONNREFUSED ${i}`)), `id-${i}`);
    log.add(new ServiceError("queue_full", "The queue is full"), "other");
    expect(lines).toEqual([]);
    vi.advanceTimersByTime(1000);
    expect(lines).toEqual([
      {
        code: "upstream_unavailable",
        refused: 1000,
        reason: "The inference server cannot be reached",
        cause: "ECONNREFUSED 1000",
        request_id: "id-1000",
      },
      { code: "queue_full", refused: 1, reason: "The queue is full", request_id: "other" },
    ]);
  });

  it("counts each second anew, and is silent where nothing was refused", () => {
    const { lines, log } = setUp();
    log.add(unreachable(undefined), "one");
    vi.advanceTimersByTime(10_000);
    log.add(unreachable(undefined), "two");
    vi.advanceTimersByTime(1000);
    expect(lines.map(({ refused }) => refused)).toEqual([1, 1]);
  });

  it("says what is left when it is told to", () => {
    const { lines, log } = setUp();
    log.add(unreachable(undefined), "one");
    log.flush();
    expect(lines).toHaveLength(1);
  });
});
