import { expect, it } from "vitest";
import { shuffled } from "../../../../src/models/fine-tuning/shuffled.ts";

it("a seed has an order of its own, the same on each machine and with each version", () => {
  expect([...shuffled(8, 1)]).toEqual([4, 2, 7, 6, 0, 1, 3, 5]);
  expect([...shuffled(8, 2)]).not.toEqual([...shuffled(8, 1)]);
});

it.each([0, 1, 2, 1000])("each of %d numbers is there once", (count) => {
  const order = shuffled(count, 3);
  expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
});

it("each number comes to each place about as often", () => {
  const counts = Array.from({ length: 4 }, () => [0, 0, 0, 0]);
  for (let seed = 0; seed < 4000; seed++) {
    for (const [place, number] of shuffled(4, seed).entries()) {
      const row = counts[place];
      if (row) row[number] = (row[number] ?? 0) + 1;
    }
  }
  // A thousand of each; the spread is 27.
  for (const count of counts.flat()) expect(Math.abs(count - 1000)).toBeLessThan(150);
});
