import { type Automaton, explore } from "./automaton.ts";
import { type Digits, digitsOf } from "./decimal.ts";
import { minimise } from "./minimise.ts";
import type { StepBudget } from "./step-budget.ts";

/** The range of a number's size; its sign is told apart elsewhere. */
export type SizeRange = {
  readonly low: { readonly value: number; readonly open: boolean };
  readonly high: { readonly value: number; readonly open: boolean };
  /** Digits after the point at most; 0 for whole numbers. */
  readonly fractionDigits: number;
  /** Only multiples of `of` tenths, hundredths …: `of` divided by 10 to the power of `scale`. */
  readonly multiple: { readonly of: number; readonly scale: number } | undefined;
};

/** How the digits read so far compare with a limit's: below, equal so far, above. */
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
  const reader = new SizeReader(range);
  const start: Reading = { part: "start", count: 0, low: 0, high: 0, remainder: 0 };
  const explored = explore(
    start,
    {
      key: ({ part, count, low, high, remainder }) => `${part}${count},${low},${high},${remainder}`,
      accepts: (reading) => reader.accepts(reading),
      edges: (reading) => reader.edges(reading),
    },
    budget,
  );
  return minimise(explored, budget);
}

/** Reads numbers digit by digit, and compares them with the limits of a range on the way. */
class SizeReader {
  readonly #range: SizeRange;
  readonly #low: Digits;
  readonly #high: Digits;
  readonly #multiple: { readonly of: number; readonly scale: number };

  constructor(range: SizeRange) {
    this.#range = range;
    this.#low = digitsOf(range.low.value);
    this.#high = digitsOf(range.high.value);
    this.#multiple = range.multiple ?? { of: 1, scale: 0 };
  }

  /** Whether a number that ends here is in the range. */
  accepts(reading: Reading): boolean {
    const settled = settle(reading, this.#low, this.#high);
    if (settled.part === "start" || settled.part === "point") return false;
    const low = finalSide(reading, settled.low, this.#low);
    const high = finalSide(reading, settled.high, this.#high);
    return (
      (low > 0 || (low === 0 && !this.#range.low.open)) &&
      (high < 0 || (high === 0 && !this.#range.high.open)) &&
      scaledRemainder(reading, this.#multiple) === 0
    );
  }

  /** What may come next: digits, and the point behind whole numbers. */
  edges(reading: Reading): { first: number; last: number; to: Reading }[] {
    const digits = this.#takesDigit(reading) ? this.#digitEdges(reading) : [];
    const whole = reading.part === "zero" || reading.part === "whole";
    if (!whole || this.#range.fractionDigits === 0) return digits;
    const settled = settle(reading, this.#low, this.#high);
    const to: Reading = { ...settled, part: "point", count: 0 };
    return [{ first: POINT, last: POINT, to }, ...digits];
  }

  #takesDigit({ part, count }: Reading): boolean {
    if (part === "zero") return false;
    if (part === "whole") return count < this.#high.whole.length;
    return part !== "fraction" || count < this.#range.fractionDigits;
  }

  #digitEdges(reading: Reading): { first: number; last: number; to: Reading }[] {
    return this.#rangeStarts(reading).map((digit, index, all) => ({
      first: ZERO + digit,
      last: ZERO + (all[index + 1] ?? 10) - 1,
      to: this.#read(reading, digit),
    }));
  }

  /**
   * The digits at which a new range of equivalent digits starts. All ten, where each digit leaves a
   * remainder of its own.
   */
  #rangeStarts({ part, count }: Reading): number[] {
    if (this.#multiple.of > 1) return DIGITS;
    const fraction = part === "point" || part === "fraction";
    const at = part === "point" ? 0 : count;
    const next = [this.#low, this.#high].map((limit) =>
      Number((fraction ? limit.fraction[at] : limit.whole[at]) ?? 0),
    );
    const starts = new Set([0, 1, ...next, ...next.map((digit) => digit + 1)]);
    return DIGITS.filter((digit) => starts.has(digit));
  }

  #read(from: Reading, digit: number): Reading {
    const { part, count } = from;
    const remainder = (from.remainder * 10 + digit) % this.#multiple.of;
    if (part === "point" || part === "fraction") {
      const at = part === "point" ? 0 : count;
      return {
        part: "fraction",
        count: at + 1,
        low: compareFraction(from.low, digit, this.#low.fraction[at]),
        high: compareFraction(from.high, digit, this.#high.fraction[at]),
        remainder,
      };
    }
    return {
      part: part === "start" && digit === 0 ? "zero" : "whole",
      count: count + 1,
      low: compareWhole(from.low, digit, this.#low.whole[count]),
      high: compareWhole(from.high, digit, this.#high.whole[count]),
      remainder,
    };
  }
}

/** The final comparison of whole parts: one with fewer digits than the limit's is below it. */
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

/** A number that is equal so far is below the limit when digits of the limit are still to come. */
function finalSide({ part, count }: Reading, side: Side, limit: Digits): Side {
  const read = part === "fraction" ? count : 0;
  return side === 0 && read < limit.fraction.length ? -1 : side;
}

/** The remainder, once the digits that are missing up to `scale` count as zeros. */
function scaledRemainder(
  { part, count, remainder }: Reading,
  { of, scale }: { readonly of: number; readonly scale: number },
): number {
  const missing = scale - (part === "fraction" ? count : 0);
  return (remainder * 10 ** Math.max(0, missing)) % of;
}
