import { expect, it } from "vitest";
import { spanTime } from "../../../src/traces/span-times.ts";

it.each([
  ["the first moment", 1_796_000_750_974, 500, [1_796_000_750, 974_000_000]],
  ["within the same second", 1_796_000_750_974, 500.5, [1_796_000_750, 974_500_000]],
  ["in a later second", 1_796_000_750_974, 2526.123_456, [1_796_000_753, 123_456]],
  ["at the turn of a second", 1_796_000_750_000, 1500, [1_796_000_751, 0]],
  ["before it began", 1_796_000_750_000, 499, [1_796_000_749, 999_000_000]],
])("says when %s was, to the nanosecond", (_when, startedAtMs, at, expected) => {
  expect(spanTime({ startedAt: 500, startedAtMs }, at)).toEqual(expected);
});
