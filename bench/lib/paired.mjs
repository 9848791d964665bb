import { median } from "./statistics.mjs";

/** Bounds of a 95 % interval, in standard deviations. */
const Z_95 = 1.96;

/**
 * The median of values that were measured in pairs, with the 95 % interval of it: the order
 * statistics between which a coin would put it (Conover, "Practical Nonparametric Statistics", 3.2).
 * @param {number[]} values at least six
 * @returns {{ median: number, low: number, high: number }}
 */
export function pairedMedian(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const half = (Z_95 * Math.sqrt(sorted.length)) / 2;
  const low = Math.max(0, Math.floor(sorted.length / 2 - half));
  const high = Math.min(sorted.length - 1, Math.ceil(sorted.length / 2 + half) - 1);
  return { median: median(values), low: sorted[low] ?? NaN, high: sorted[high] ?? NaN };
}
