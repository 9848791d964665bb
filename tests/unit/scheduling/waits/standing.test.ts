import { describe, expect, it } from "vitest";
import { assertInTime, retryAfter } from "../../../../src/scheduling/waits/standing.ts";

const standing = (expectedMs?: number) => ({ position: 1, expectedMs, basis: "measured" }) as const;

it.each([
  [undefined, {}],
  [0, { retryAfterSec: 1 }],
  [1000, { retryAfterSec: 1 }],
  [1001, { retryAfterSec: 2 }],
  [1e12, { retryAfterSec: 3600 }],
])("a wait of %s ms is told as %j", (expectedMs, told) => {
  expect(retryAfter(expectedMs)).toEqual(told);
});

describe("a request that would wait", () => {
  it("is refused where that is longer than its client allows, with the figure", () => {
    expect(() => assertInTime(standing(2001), { maxExpectedMs: 2000 })).toThrow(
      expect.objectContaining({
        code: "wait_too_long",
        retryAfterSec: 3,
        fields: { expected_wait: 2.1 },
        message: expect.stringContaining("longer than 2 s") as string,
      }),
    );
    expect(() => assertInTime(standing(2000), { maxExpectedMs: 2000 })).not.toThrow();
  });

  it("is refused where that is certainly longer than it has", () => {
    expect(() => assertInTime(standing(200_000), { deadlineMs: 120_000 })).not.toThrow();
    expect(() => assertInTime(standing(250_000), { deadlineMs: 120_000 })).toThrow(
      expect.objectContaining({ code: "wait_too_long" }),
    );
  });

  it("is never refused while nothing is known", () => {
    expect(() => assertInTime(standing(), { maxExpectedMs: 0, deadlineMs: 0 })).not.toThrow();
  });
});
