import { expect, it } from "vitest";
import { nearestRank, Sketch } from "../../../../workers/request-store/sketch.ts";
import { seededRandom } from "../../../support/prng.ts";

const QUANTILES = [0.01, 0.5, 0.95, 0.99, 1];

/** Durations from a tenth of a millisecond to ten minutes, in microseconds. */
function durations(count: number, seed: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => Math.round(100 * Math.exp(random() * 15.6)));
}

function expectNear(sketch: Sketch, values: number[]): void {
  const sorted = values.toSorted((a, b) => a - b);
  for (const q of QUANTILES) {
    const exact = sorted[nearestRank(q, sorted.length)] ?? Number.NaN;
    const told = sketch.quantile(q) ?? Number.NaN;
    expect(Math.abs(told - exact) / exact, `quantile ${q}`).toBeLessThanOrEqual(0.0051);
  }
}

it.each([1, 2, 3, 100, 10_001])(
  "tells quantiles of %i durations within half a percent",
  (count) => {
    const values = durations(count, count);
    const sketch = new Sketch();
    for (const value of values) sketch.add(value);
    expectNear(sketch, values);
  },
);

it("is the same when it is put together from what many have written", () => {
  const values = durations(5000, 7);
  const whole = new Sketch();
  for (let from = 0; from < values.length; from += 7) {
    const part = new Sketch();
    for (const value of values.slice(from, from + 7)) part.add(value);
    whole.addBytes(part.toBytes());
  }
  expectNear(whole, values);
});

it("has no quantile without durations, and takes none for one microsecond", () => {
  const sketch = new Sketch();
  expect(sketch.quantile(0.5)).toBeUndefined();
  expect(sketch.toBytes()).toHaveLength(0);
  sketch.add(0);
  expect(sketch.quantile(0.5)).toBeCloseTo(1, 1);
});

it("takes three bytes a bin at most, however many durations are in it", () => {
  const sketch = new Sketch();
  for (const value of durations(50_000, 3)) sketch.add(value);
  expect(sketch.toBytes().byteLength).toBeLessThan(3 * 1600);
});

it.each([
  [0.5, 1, 0],
  [0.99, 1, 0],
  [0.5, 2, 0],
  [0.5, 3, 1],
  [0.95, 100, 94],
  [0.99, 100, 98],
  [1, 100, 99],
])("the nearest rank of %f among %i is %i", (q, count, place) => {
  expect(nearestRank(q, count)).toBe(place);
});
