import { array, assert, integer, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { timeOf } from "../../../../src/requests/lines/line-time.ts";

const YEAR_1900_MS = -2_208_988_800_000;
const YEAR_9999_MS = 253_370_764_800_000;

describe("the time of a line", () => {
  it("is the ISO date of when the request began, to the millisecond", () => {
    const beginnings = array(integer({ min: YEAR_1900_MS, max: YEAR_9999_MS }));
    assert(
      property(beginnings, integer({ min: 0, max: 2000 }), (times, later) => {
        for (const ms of times.flatMap((at) => [at, at + later, at])) {
          expect(timeOf({ startedAtMs: ms })).toBe(new Date(ms).toISOString());
        }
      }),
    );
  });
});
