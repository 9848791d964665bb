import { quantile } from "./statistics.mjs";

/**
 * Jain's index of fairness: 1 where all have the same, 1/n where one of n has all.
 * @param {number[]} values
 */
export function jain(values) {
  const sum = values.reduce((a, b) => a + b, 0);
  const squares = values.reduce((a, b) => a + b * b, 0);
  return squares === 0 ? Number.NaN : (sum * sum) / (values.length * squares);
}

/**
 * Milliseconds of inference that each group had between two times, of running requests the part.
 * @param {import("./simulation.mjs").Answered[]} answered
 */
export function inferenceMs(answered, fromMs, toMs) {
  const had = new Map();
  for (const { group, startedMs, endedMs } of answered) {
    const ms = Math.min(endedMs, toMs) - Math.max(startedMs, fromMs);
    if (ms > 0) had.set(group, (had.get(group) ?? 0) + ms);
  }
  return had;
}

/**
 * How many times as long as alone a group's requests took: the median, and what 95 and 99 of 100 do
 * not exceed.
 * @param {import("./simulation.mjs").Answered[]} answered
 */
export function slowDown(answered, group) {
  const all = answered
    .filter((one) => one.group === group && one.endedMs < Infinity)
    .map(({ arrivedMs, endedMs, costMs }) => (endedMs - arrivedMs) / costMs);
  return [0.5, 0.95, 0.99].map((share) => quantile(all, share));
}
