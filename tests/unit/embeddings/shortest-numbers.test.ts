import { expect, it } from "vitest";
import { shortestNumbers } from "../../../src/embeddings/shortest-numbers.ts";
import { randomVectors } from "../../support/vectors.ts";

it("shows numbers as they were before they were rounded to 32 bits", () => {
  const numbers = [0.6, 0.8, -0.1, 1, 0, -1, 0.05123457, 1.5e-7];
  expect(shortestNumbers(Float32Array.from(numbers))).toEqual(numbers);
});

it("loses nothing of a unit vector's numbers, in at most nine digits", () => {
  const vector = randomVectors(1, 5000).map((value, i) => value * 10 ** -(i % 12));
  const shown = shortestNumbers(vector);
  expect(Float32Array.from(shown)).toEqual(vector);
  const longest = Math.max(
    ...shown.map((value) => value.toExponential().replace(/e.*|[-.]/g, "").length),
  );
  expect(longest).toBe(9);
});

it("keeps the smallest and the largest numbers there are", () => {
  const vector = Float32Array.of(1e-45, -1e-40, 3.4028234e38, -0);
  expect(Float32Array.from(shortestNumbers(vector))).toEqual(
    Float32Array.of(1e-45, -1e-40, 3.4028234e38, 0),
  );
});
