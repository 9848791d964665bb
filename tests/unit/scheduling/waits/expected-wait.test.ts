import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expectedWait, Work } from "../../../../src/scheduling/waits/expected-wait.ts";

const of = (meanMs: number, variance = 0) => ({ meanMs, variance, basis: "measured" }) as const;

function workOf(...times: { meanMs: number; variance: number }[]): Work {
  const work = new Work();
  for (const one of times) work.add({ ...one, basis: "measured" });
  return work;
}

/** As log-normal times are, of which the logarithm's deviation is at most the root of two. */
const time = fc
  .tuple(
    fc.double({ min: 0.01, max: 1e9, noNaN: true }),
    fc.double({ min: 0, max: 6.4, noNaN: true }),
  )
  .map(([meanMs, spread]) => of(meanMs, spread * meanMs ** 2));
const times = fc.array(time, { maxLength: 12 });
const places = fc.record({ count: fc.integer({ min: 1, max: 8 }), running: times, ahead: times });
const floor = fc.option(
  fc.record({ work: times, places: fc.integer({ min: 1, max: 4 }), atMostMs: fc.nat(60_000) }),
  { nil: undefined },
);

describe("the expected wait", () => {
  it("is never negative, and finite, and no less with one more before", () => {
    fc.assert(
      fc.property(
        fc.array(places, { minLength: 1, maxLength: 3 }),
        floor,
        time,
        (all, before, more) => {
          const withMore = (extra: (typeof more)[]) =>
            expectedWait({
              places: all.map(({ count, running, ahead }) => ({
                count,
                running: workOf(...running.slice(0, count)),
                ahead: workOf(...ahead, ...extra),
              })),
              floor: before && { ...before, work: workOf(...before.work) },
            }).ms;
          const wait = withMore([]);
          expect(wait).toBeGreaterThanOrEqual(0);
          expect(Number.isFinite(wait)).toBe(true);
          expect(withMore([more])).toBeGreaterThanOrEqual(wait * (1 - 1e-9));
        },
      ),
    );
  });

  it("is nothing where a place is free", () => {
    const free = { count: 3, running: workOf(of(5000)), ahead: workOf(of(9000)) };
    expect(expectedWait({ places: [free] }).ms).toBe(0);
  });

  it("is the rest of what runs and all that goes before, shared by the places", () => {
    const running = workOf(of(1000));
    const ahead = workOf(of(4000), of(7000));
    expect(expectedWait({ places: [{ count: 1, running, ahead }] }).ms).toBe(12_000);
    const two = { count: 2, running: workOf(of(3000), of(3000)), ahead: workOf(of(6000)) };
    // One of them has 3 s left when the other is free.
    expect(expectedWait({ places: [two] }).ms).toBe(4500);
  });

  it("is the median: less than the mean where one time decides, nearly the mean of many", () => {
    const spread = of(1000, 1_000_000);
    const waitFor = (count: number): number => {
      const running = workOf(spread);
      const ahead = workOf(...Array.from({ length: count - 1 }, () => spread));
      return expectedWait({ places: [{ count: 1, running, ahead }] }).ms / count;
    };
    expect(waitFor(1)).toBeCloseTo(707, 0);
    expect(waitFor(100)).toBeGreaterThan(990);
  });

  it("has what other models have to do before it, up to its own's turn", () => {
    const here = { count: 1, running: new Work(), ahead: workOf(of(1000)) };
    const before = { work: workOf(of(30_000)), places: 1, atMostMs: 15_000 };
    expect(expectedWait({ places: [here], floor: before }).ms).toBe(16_000);
    expect(expectedWait({ places: [here], floor: { ...before, atMostMs: 60_000 } }).ms).toBe(
      31_000,
    );
  });
});
