import * as fc from "fast-check";
import { expect, it } from "vitest";
import { HoldTimes } from "../../../../src/scheduling/waits/hold-times.ts";

it("are unknown at first, then those of other models, of the model, of the tenant itself", () => {
  const times = new HoldTimes();
  expect(times.of("a", "m").basis).toBe("unknown");
  times.learn("b", "other", 4000);
  expect(times.of("a", "m").basis).toBe("default");
  times.learn("b", "m", 2000);
  expect(times.of("a", "m").basis).toBe("model");
  for (let i = 0; i < 3; i += 1) times.learn("a", "m", 8000);
  expect(times.of("a", "m").basis).toBe("measured");
  expect(times.of("b", "m").basis).toBe("model");
});

it("are learned, and few of a tenant's count only beside those of others", () => {
  const times = new HoldTimes();
  for (let i = 0; i < 100; i += 1) times.learn("many", "m", 2000);
  times.learn("few", "m", 60_000);
  expect(times.of("few", "m").meanMs).toBeLessThan(30_000);
  for (let i = 0; i < 40; i += 1) times.learn("few", "m", 60_000);
  expect(times.of("few", "m").meanMs).toBeGreaterThan(50_000);
  expect(times.of("many", "m").meanMs).toBeLessThan(3000);
});

it("have a rest that is neither negative nor endless, however long one has run", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1e12, noNaN: true }), { maxLength: 50 }),
      fc.double({ min: 0, max: 1e12, noNaN: true }),
      (all, elapsedMs) => {
        const times = new HoldTimes();
        for (const ms of all) times.learn("a", "m", ms);
        for (const { meanMs, variance } of [
          times.of("a", "m"),
          times.restOf("a", "m", elapsedMs),
          times.restOf("b", "m", elapsedMs),
        ]) {
          expect(meanMs).toBeGreaterThanOrEqual(0);
          expect(variance).toBeGreaterThanOrEqual(0);
          expect(Number.isFinite(meanMs + variance)).toBe(true);
        }
      },
    ),
  );
});

it("have a rest that is the mean at first, and not nothing for one that takes very long", () => {
  const times = new HoldTimes();
  for (let i = 0; i < 60; i += 1) times.learn("a", "m", i % 2 === 0 ? 2000 : 6000);
  const { meanMs } = times.of("a", "m");
  expect(times.restOf("a", "m", 0).meanMs).toBeCloseTo(meanMs);
  expect(times.restOf("a", "m", 1000).meanMs).toBeLessThan(meanMs);
  expect(times.restOf("a", "m", 60_000).meanMs).toBeGreaterThan(1000);
});

it("forget the models of a tenant that names ever new ones, and tenants that do", () => {
  const times = new HoldTimes();
  for (let i = 0; i < 3; i += 1) times.learn("a", "first", 5000);
  for (let i = 0; i < 100; i += 1) times.learn("a", `model${i}`, 10);
  expect(times.of("a", "first").basis).toBe("model");
  for (let i = 0; i < 3; i += 1) times.learn("b", "first", 5000);
  for (let i = 0; i < 5000; i += 1) times.learn(`tenant${i}`, "m", 10);
  expect(times.of("b", "first").basis).not.toBe("measured");
});
