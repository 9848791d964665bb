import { expect, it } from "vitest";
import { decimalNumber } from "../../../src/runtime/decimal-number.ts";

it.each([
  ["0", 0],
  ["12", 12],
  [" -3 ", -3],
  ["+.5", 0.5],
  ["1.", 1],
  ["1e3", 1000],
  ["2.5E-1", 0.25],
])("reads %j as %d", (text, expected) => {
  expect(decimalNumber(text)).toBe(expected);
});

it.each(["", " ", ".", "0x10", "0b1", "0o7", "Infinity", "NaN", "1_000", "1,5", "1e", "٣", "12px"])(
  "finds no number in %j",
  (text) => {
    expect(decimalNumber(text)).toBeUndefined();
  },
);
