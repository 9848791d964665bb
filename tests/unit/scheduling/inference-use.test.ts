import * as fc from "fast-check";
import { expect, it } from "vitest";
import { InferenceUse } from "../../../src/scheduling/inference-use.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

function setUp(startedAt = 1000 * HOUR_MS) {
  const clock = { now: startedAt };
  return { clock, use: new InferenceUse({ now: () => clock.now }) };
}

it("counts what a tenant had in the last minute, hour and day", () => {
  const { clock, use } = setUp();
  use.add("a", 30_000);
  expect(use.of("a")).toEqual({ minute: 30, hour: 30, day: 30 });
  clock.now += 2 * MINUTE_MS;
  use.add("a", 5000);
  expect(use.of("a")).toEqual({ minute: 5, hour: 35, day: 35 });
  clock.now += 2 * HOUR_MS;
  expect(use.of("a")).toEqual({ minute: 0, hour: 0, day: 35 });
  clock.now += 30 * HOUR_MS;
  expect(use.of("a")).toEqual({ minute: 0, hour: 0, day: 0 });
  expect(use.of("nobody")).toEqual({ minute: 0, hour: 0, day: 0 });
});

it("has a long request in the time that it took, and not at its end", () => {
  const { use } = setUp();
  use.add("a", 2 * HOUR_MS);
  const { minute, hour, day } = use.of("a");
  expect(minute).toBeGreaterThan(54);
  expect(minute).toBeLessThanOrEqual(60);
  expect(hour).toBeGreaterThan(3539);
  expect(hour).toBeLessThanOrEqual(3600);
  expect(day).toBe(7200);
});

it("has as much as was added, within a part of each span", () => {
  const event = fc.record({
    afterMs: fc.nat(10 * MINUTE_MS),
    costMs: fc.double({ min: 0, max: 3 * MINUTE_MS, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), fc.nat(HOUR_MS), (events, at) => {
      const { clock, use } = setUp(100 * HOUR_MS + at);
      const spans: [number, number][] = [];
      for (const { afterMs, costMs } of events) {
        clock.now += afterMs;
        use.add("a", costMs);
        spans.push([clock.now - costMs, clock.now]);
      }
      const since = (fromMs: number): number =>
        spans.reduce((sum, [from, to]) => sum + Math.max(0, to - Math.max(from, fromMs)), 0) / 1000;
      const { minute, hour, day } = use.of("a");
      expect(minute).toBeLessThanOrEqual(since(clock.now - MINUTE_MS) + 1e-6);
      expect(minute).toBeGreaterThanOrEqual(since(clock.now - MINUTE_MS + 5000) - 1e-6);
      expect(hour).toBeLessThanOrEqual(since(clock.now - HOUR_MS) + 1e-6);
      expect(hour).toBeGreaterThanOrEqual(since(clock.now - HOUR_MS + MINUTE_MS) - 1e-6);
      expect(day).toBeCloseTo(since(0), 3);
      expect(use.all).toEqual(use.of("a"));
    }),
  );
});

it("remembers so many tenants, and of all others only what all had together", () => {
  const { use } = setUp();
  for (let i = 0; i < 5000; i += 1) use.add(`tenant${i}`, 10);
  // The list keeps two generations at most.
  expect([...use.tenants].length).toBeLessThanOrEqual(2000);
  expect(use.all.minute).toBeCloseTo(50);
});
