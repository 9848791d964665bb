import { expect, it } from "vitest";
import { isNestedTooDeep, MAX_LEVELS } from "../../../src/runtime/nesting.ts";

/** A value of so many levels, lists and objects in turn. */
function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i += 1) value = i % 2 === 0 ? [value] : { a: null, value };
  return value;
}

it("takes what has no levels at all", () => {
  for (const value of [undefined, null, 1, "[[[[", [], {}])
    expect(isNestedTooDeep(value)).toBe(false);
});

it("counts the deepest place, wherever it is", () => {
  expect(isNestedTooDeep(nested(MAX_LEVELS))).toBe(false);
  expect(isNestedTooDeep(nested(MAX_LEVELS + 1))).toBe(true);
  expect(isNestedTooDeep({ a: [1, 2], b: [nested(MAX_LEVELS - 2)], c: {} })).toBe(false);
  expect(isNestedTooDeep({ a: [1, 2], b: [nested(MAX_LEVELS - 1)], c: {} })).toBe(true);
});

it("does not go down the stack itself", () => {
  expect(isNestedTooDeep(nested(1_000_000))).toBe(true);
  expect(isNestedTooDeep(Array.from({ length: 300_000 }, () => [{}]))).toBe(false);
});
