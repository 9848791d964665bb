import type { NumberRange } from "../schema/numbers.ts";
import { type Place, refuse } from "../schema/place.ts";
import { TooComplexError } from "../text/automaton.ts";
import { digitsOf } from "../text/decimal.ts";
import { type SizeRange, sizeAutomaton } from "../text/number-automaton.ts";
import type { Alternatives, RuleBook } from "../rules/rule-book.ts";
import { EXACT_DIGITS, anyInteger, anyNumber } from "./basics.ts";
import { spellPlain } from "./spell.ts";

/** Digits before the point where no limit says more, and where multiples are counted. */
const MULTIPLE_DIGITS = 9;

/**
 * Numbers of a range. Those with limits are written without exponent and with no more digits than a
 * double tells apart, so that none is rounded beyond its limit.
 * @throws {EngineError} 400 for a `multipleOf` that cannot be met exactly.
 */
export function numberRules(
  book: RuleBook,
  range: NumberRange,
  { whole, place }: { whole: boolean; place: Place },
): Alternatives {
  const multiple = multipleOf(range);
  if (!range.low && !range.high && !multiple) return [[whole ? anyInteger(book) : anyNumber(book)]];
  const most = 10 ** (multiple ? MULTIPLE_DIGITS : EXACT_DIGITS) - 1;
  const ends = [range.low?.value ?? 0, range.high?.value ?? 0];
  const limit = Math.max(most, ...ends.map((end) => Math.abs(end) * 10));
  const low = range.low ?? { value: -limit, open: false };
  const high = range.high ?? { value: limit, open: false };
  const fractionDigits = whole ? 0 : (multiple?.scale ?? fractionOf(ends));
  const sizes = { fractionDigits, multiple };
  const rules: Alternatives[] = [];
  try {
    if (high.value >= 0) {
      const from = low.value < 0 ? { value: 0, open: false } : low;
      rules.push([[sized(book, { ...sizes, low: from, high })]]);
    }
    if (low.value < 0) {
      const to = { value: -low.value, open: low.open };
      const from =
        high.value < 0 ? { value: -high.value, open: high.open } : { value: 0, open: true };
      rules.push([["-", sized(book, { ...sizes, low: from, high: to })]]);
    }
  } catch (err) {
    if (!(err instanceof TooComplexError)) throw err;
    throw refuse(range.multiples[0]?.place ?? place, "multipleOf", "makes too large a grammar");
  }
  return rules.flat();
}

function sized(book: RuleBook, range: SizeRange) {
  return spellPlain(book, sizeAutomaton(range));
}

/** Digits after the point that keep a number exact, or as many as its limits have. */
function fractionOf(ends: readonly number[]): number {
  const digits = ends.map(digitsOf);
  const whole = Math.max(...digits.map((end) => end.whole.length));
  const given = Math.max(...digits.map((end) => end.fraction.length));
  return Math.max(EXACT_DIGITS - whole, given, 0);
}

/**
 * All multiples at once. Only what a double divides exactly is taken: validators disagree whether
 * 0.07 is a multiple of 0.01.
 */
function multipleOf({ multiples }: NumberRange): SizeRange["multiple"] {
  let all: { of: number; scale: number } | undefined;
  for (const { of, place } of multiples) {
    const { whole, fraction } = digitsOf(of);
    if (!Number.isInteger(of * 2 ** 10) || whole.length > MULTIPLE_DIGITS) {
      const advice = "ask for whole units, or for a string with a pattern";
      throw refuse(place, "multipleOf", `cannot be met exactly by binary numbers: ${advice}`);
    }
    const scale = Math.max(fraction.length, all?.scale ?? 0);
    const one = of * 10 ** scale;
    const other = all ? all.of * 10 ** (scale - all.scale) : 1;
    all = { of: Math.round((one * other) / greatestDivisor(one, other)), scale };
  }
  return all;
}

function greatestDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestDivisor(other, one % other);
}
