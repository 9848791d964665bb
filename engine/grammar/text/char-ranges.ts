/** Code points from the first to the last, both in. */
export type CharRange = readonly [first: number, last: number];

export const LAST_CODE_POINT = 0x10ffff;
export const ANY_CHAR: readonly CharRange[] = [[0, LAST_CODE_POINT]];

/** The same code points as sorted ranges that neither touch nor overlap. */
export function normalise(ranges: readonly CharRange[]): CharRange[] {
  const result: [number, number][] = [];
  for (const [first, last] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const previous = result.at(-1);
    if (previous && first <= previous[1] + 1) previous[1] = Math.max(previous[1], last);
    else result.push([first, last]);
  }
  return result;
}

/** Every code point that is not in `ranges`. */
export function invert(ranges: readonly CharRange[]): CharRange[] {
  const result: CharRange[] = [];
  let next = 0;
  for (const [first, last] of normalise(ranges)) {
    if (first > next) result.push([next, first - 1]);
    next = last + 1;
  }
  if (next <= LAST_CODE_POINT) result.push([next, LAST_CODE_POINT]);
  return result;
}

/** The code points that are in both; both are normalised. */
export function overlap(one: readonly CharRange[], other: readonly CharRange[]): CharRange[] {
  const result: CharRange[] = [];
  let [i, j] = [0, 0];
  for (let a = one[0], b = other[0]; a && b; a = one[i], b = other[j]) {
    const [first, last] = [Math.max(a[0], b[0]), Math.min(a[1], b[1])];
    if (first <= last) result.push([first, last]);
    if (a[1] < b[1]) i += 1;
    else j += 1;
  }
  return result;
}
