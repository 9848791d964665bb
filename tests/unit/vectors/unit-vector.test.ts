import { describe, expect, it } from "vitest";
import { cosineOfUnits, normalise, unitVector } from "../../../src/vectors/unit-vector.ts";
import { cosine, randomVectors } from "../../support/vectors.ts";

describe("unitVector", () => {
  it("keeps the direction and gives the length 1", () => {
    expect([...(unitVector([3, 4]) ?? [])]).toEqual([Math.fround(0.6), Math.fround(0.8)]);
    const vector = randomVectors(1, 384);
    const unit = unitVector(vector) ?? new Float32Array();
    expect(Math.hypot(...unit)).toBeCloseTo(1, 6);
    expect(cosine(unit, vector)).toBeCloseTo(1, 9);
  });

  it("takes numbers that no 32-bit number can hold", () => {
    for (const factor of [1e307, 1e200, 1e-200, 1e-300]) {
      const unit = unitVector([3 * factor, -4 * factor]);
      expect([...(unit ?? [])]).toEqual([Math.fround(0.6), Math.fround(-0.8)]);
    }
  });

  it.each([
    ["no numbers", []],
    ["nothing but 0", [0, -0, 0]],
    ["NaN", [1, Number.NaN]],
    ["infinity", [1, Infinity]],
    ["minus infinity", [-Infinity, 1]],
  ])("gives none for %s", (_what, values) => {
    expect(unitVector(values)).toBeUndefined();
  });
});

describe("normalise", () => {
  it("leaves a unit vector as it is, to the bit", () => {
    const vector = Float32Array.of(0.6, 0.8);
    expect(normalise(vector)).toBe(true);
    expect([...vector]).toEqual([Math.fround(0.6), Math.fround(0.8)]);
  });

  it("takes the largest and the smallest 32-bit numbers", () => {
    for (const size of [3.4e38, 1e-45]) {
      const vector = Float32Array.of(size, -size);
      expect(normalise(vector)).toBe(true);
      expect(vector[0]).toBeCloseTo(Math.SQRT1_2, 6);
      expect(vector[1]).toBeCloseTo(-Math.SQRT1_2, 6);
    }
  });

  it.each([[0], [Number.NaN], [Infinity]])("refuses a vector of %s", (value) => {
    expect(normalise(Float32Array.of(value, value))).toBe(false);
  });
});

it("cosineOfUnits never leaves its range, whatever rounding does", () => {
  const long = Float32Array.of(1.0000001, 0);
  expect(cosineOfUnits(long, long)).toBe(1);
  expect(cosineOfUnits(long, Float32Array.of(-1.0000001, 0))).toBe(-1);
});
