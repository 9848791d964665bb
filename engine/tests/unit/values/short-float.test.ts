import { expect, it } from "vitest";
import { shortFloat } from "../../../values/short-float.ts";

it("prints a 32-bit float as short as it reads back", () => {
  expect(shortFloat(Math.fround(0.1))).toBe(0.1);
  expect(shortFloat(Math.fround(1e-5))).toBe(0.000_01);
  for (let i = 0; i < 500; i += 1) {
    const value = Math.fround(Math.random() - 0.5);
    expect(Math.fround(shortFloat(value))).toBe(value);
  }
});
