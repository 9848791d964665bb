import { type Automaton, explore } from "./automaton.ts";
import { type Digits, digitsOf } from "./decimal.ts";
import { minimise } from "./minimise.ts";
import type { StepBudget } from "./step-budget.ts";

/** What the size of a number may be, its sign aside. */
export type SizeRange = {
  readonly low: { readonly value: number; readonly open: boolean };
  readonly high: { readonly value: number; readonly open: boolean };
  /** Digits after the point at most; 0 for whole numbers. */
  readonly fractionDigits: number;
  /** Only multiples of `of` tenths, hundredths …: `of` divided by 10 to the power of `scale`. */
  readonly multiple: { readonly of: number; readonly scale: number } | undefined;
};

/** How what was read so far compares with a limit: below, so far equal, above. */
type Side = -1 | 0 | 1;
type Reading = {
  readonly part: "start" | "zero" | "whole" | "point" | "fraction";
  /** Digits read in this part. */
  readonly count: number;
  readonly low: Side;
  readonly high: Side;
  readonly remainder: number;
};

const POINT = 0x2e;
const ZERO = 0x30;
const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

/**
 * The decimal numbers without exponent whose size is in the range, digit by digit.
 * @throws {TooComplexError}
 */
export function sizeAutomaton(range: SizeRange, budget: StepBudget): Automaton {
  const [low, high] = [digitsOf(range.low.value), digitsOf(range.high.value)];
  const { of, scale } = range.multiple ?? { of: 1, scale: 0 };
  const start: Reading = { part: "start", count: 0, low: 0, high: 0, remainder: 0 };
  const read = (from: Reading, digit: number): Reading => {
    const { part, count } = from;
    const remainder = (from.remainder * 10 + digit) % of;
    if (part === "point" || part === "fraction") {
      const at = part === "point" ? 0 : count;
      return {
        part: "fraction",
        count: at + 1,
        low: compareFraction(from.low, digit, low.fraction[at]),
        high: compareFraction(from.high, digit, high.fraction[at]),
        remainder,
      };
    }
    return {
      part: part === "start" && digit === 0 ? "zero" : "whole",
      count: count + 1,
      low: compareWhole(from.low, digit, low.whole[count]),
      high: compareWhole(from.high, digit, high.whole[count]),
      remainder,
    };
  };
  const ends = (reading: Reading): boolean => {
    const { part, low: aboveLow, high: belowHigh } = settle(reading, low, high);
    if (part === "start" || part === "point") return false;
    const lowSide = finalSide(reading, aboveLow, low);
    const highSide = finalSide(reading, belowHigh, high);
    return (
      (lowSide > 0 || (lowSide === 0 && !range.low.open)) &&
      (highSide < 0 || (highSide === 0 && !range.high.open)) &&
      scaled(reading, scale, of) === 0
    );
  };
  const canGrow = ({ part, count }: Reading): boolean => {
    if (part === "zero") return false;
    if (part === "whole") return count < high.whole.length;
    return part !== "fraction" || count < range.fractionDigits;
  };
  /** The digits from which on a number goes another way; where each counts for itself, all. */
  const turns = ({ part, count }: Reading): number[] => {
    if (of > 1) return DIGITS;
    const fraction = part === "point" || part === "fraction";
    const at = part === "point" ? 0 : count;
    const next = [low, high].map((limit) =>
      Number((fraction ? limit.fraction[at] : limit.whole[at]) ?? 0),
    );
    const all = new Set([0, 1, ...next, ...next.map((digit) => digit + 1)]);
    return DIGITS.filter((digit) => all.has(digit));
  };
  const grow = (reading: Reading) =>
    turns(reading).map((digit, index, all) => ({
      first: ZERO + digit,
      last: ZERO + (all[index + 1] ?? 10) - 1,
      to: read(reading, digit),
    }));
  const explored = explore(
    start,
    {
      key: ({ part, count, low, high, remainder }) => `${part}${count},${low},${high},${remainder}`,
      accepts: ends,
      edges: (reading) => {
        const edges = canGrow(reading) ? grow(reading) : [];
        const whole = reading.part === "zero" || reading.part === "whole";
        if (!whole || range.fractionDigits === 0) return edges;
        const to: Reading = { ...settle(reading, low, high), part: "point", count: 0 };
        return [{ first: POINT, last: POINT, to }, ...edges];
      },
    },
    budget,
  );
  return minimise(explored, budget);
}

/** More digits than the limit has make a number larger, fewer smaller. */
function settle(reading: Reading, low: Digits, high: Digits): Reading {
  const { part, count } = reading;
  if (part !== "zero" && part !== "whole") return reading;
  const side = (given: Side, limit: Digits): Side => (count < limit.whole.length ? -1 : given);
  return { ...reading, low: side(reading.low, low), high: side(reading.high, high) };
}

function compareWhole(side: Side, digit: number, limit: string | undefined): Side {
  if (limit === undefined) return 1;
  if (side !== 0 || digit === Number(limit)) return side;
  return digit > Number(limit) ? 1 : -1;
}

function compareFraction(side: Side, digit: number, limit = "0"): Side {
  if (side !== 0 || digit === Number(limit)) return side;
  return digit > Number(limit) ? 1 : -1;
}

/** Equal so far, with digits of the limit still to come, is below it. */
function finalSide({ part, count }: Reading, side: Side, limit: Digits): Side {
  const read = part === "fraction" ? count : 0;
  return side === 0 && read < limit.fraction.length ? -1 : side;
}

function scaled({ part, count, remainder }: Reading, scale: number, of: number): number {
  const missing = scale - (part === "fraction" ? count : 0);
  return (remainder * 10 ** Math.max(0, missing)) % of;
}
