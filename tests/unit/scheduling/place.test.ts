import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { HeldUp } from "../../../src/http/held-up.ts";
import { Place } from "../../../src/scheduling/place.ts";
import { fakeHost } from "./queue-set-up.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("a place counts no time that the client has held up the answer since it was taken", () => {
  const costs: number[] = [];
  const heldUp = new HeldUp();
  // As of a stream that has notices of its wait.
  heldUp.begin();
  vi.advanceTimersByTime(1000);
  const label = { line: "text", tenant: "a", model: "m" };
  const onRelease = (_outcome: string, costMs: number): void => void costs.push(costMs);
  const place = new Place({ host: fakeHost, label, waitedMs: 0, onRelease });
  place.isHeldUpBy(heldUp);
  vi.advanceTimersByTime(20);
  expect(place.workMs).toBe(0);
  heldUp.end();
  vi.advanceTimersByTime(300);
  heldUp.begin();
  vi.advanceTimersByTime(5000);
  expect(place.workMs).toBe(300);
  heldUp.end();
  vi.advanceTimersByTime(50);
  place.release("completed");
  expect(costs).toEqual([350]);
});
