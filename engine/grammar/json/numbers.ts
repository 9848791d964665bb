import type { Alternatives, RuleBook, RuleRef, Sequence } from "../rules/rule-book.ts";
import { type Limit, type NumberRange, higher, lower } from "../schema/numbers.ts";
import { type Place, refuse } from "../schema/place.ts";
import { digitsOf } from "../text/decimal.ts";
import { type SizeRange, sizeAutomaton } from "../text/number-automaton.ts";
import { type StepBudget, TooComplexError } from "../text/step-budget.ts";
import { EXACT_DIGITS, anyInteger, anyNumber } from "./basics.ts";
import { spellPlain } from "./spell.ts";

/** Digits before the point of a multiple, where no limit says otherwise. */
const MULTIPLE_DIGITS = 9;
/** Validators cannot tell what a larger number is a multiple of. */
const MOST_DIVIDED = 10 ** EXACT_DIGITS - 1;

/**
 * The numbers of a range. Numbers with limits are written without exponent, and with no more digits
 * than a double keeps apart: so none is rounded beyond its limit.
 * @throws {EngineError} 400 for a `multipleOf` that cannot be met exactly.
 */
export function numberRules(
  book: RuleBook,
  range: NumberRange,
  { whole, place, budget }: { whole: boolean; place: Place; budget: StepBudget },
): Alternatives {
  const multiple = multipleOf(range);
  if (!range.low && !range.high && !multiple) return [[whole ? anyInteger(book) : anyNumber(book)]];
  const ends = [range.low?.value ?? 0, range.high?.value ?? 0];
  const fractionDigits = whole ? 0 : (multiple?.scale ?? fractionOf(ends));
  const { low, high } = limitsOf(range, { ends, fractionDigits, multiple });
  const sized = (size: Pick<SizeRange, "low" | "high">): RuleRef => {
    const sizes = { ...size, fractionDigits, multiple };
    return book.once(`number ${JSON.stringify(sizes)}`, () => [
      [spellPlain(book, sizeAutomaton(sizes, budget))],
    ]);
  };
  try {
    return bySign(low, high, sized);
  } catch (err) {
    if (!(err instanceof TooComplexError)) throw err;
    const [first] = range.multiples;
    if (first) throw refuse(first.place, "multipleOf", "makes too large a grammar");
    const keyword = range.high ? "maximum" : "minimum";
    throw refuse(place, keyword, "makes too large a grammar, with what is beside it");
  }
}

/**
 * Limits on both sides: those of the range, or limits beyond which a double no longer keeps numbers
 * apart.
 */
function limitsOf(
  range: NumberRange,
  {
    ends,
    fractionDigits,
    multiple,
  }: { ends: readonly number[] } & Pick<SizeRange, "fractionDigits" | "multiple">,
): { low: Limit; high: Limit } {
  const most = 10 ** (multiple ? MULTIPLE_DIGITS : EXACT_DIGITS) - 1;
  const far = Math.max(most, ...ends.map((end) => Math.abs(end) * 10));
  const limit = Math.min(far, Number.MAX_VALUE);
  const low = tellable(range.low, fractionDigits, 1) ?? { value: -limit, open: false };
  const high = tellable(range.high, fractionDigits, -1) ?? { value: limit, open: false };
  if (!multiple) return { low, high };
  return {
    low: higher(low, { value: -MOST_DIVIDED, open: false }),
    high: lower(high, { value: MOST_DIVIDED, open: false }),
  };
}

/** Numbers from 0 on, and those below it, whose sizes run the other way. */
function bySign(
  low: Limit,
  high: Limit,
  sized: (size: Pick<SizeRange, "low" | "high">) => RuleRef,
): Alternatives {
  const rules: Sequence[] = [];
  if (high.value >= 0) {
    const from = low.value < 0 ? { value: 0, open: false } : low;
    rules.push([sized({ low: from, high })]);
  }
  if (low.value < 0) {
    const to = { value: -low.value, open: low.open };
    const from =
      high.value < 0 ? { value: -high.value, open: high.open } : { value: 0, open: true };
    rules.push(["-", sized({ low: from, high: to })]);
  }
  return rules;
}

/**
 * A limit that numbers of so many digits keep to when they are read as doubles. An open limit with
 * more digits than a double keeps apart becomes the next double inside the range.
 */
function tellable(
  limit: Limit | undefined,
  fractionDigits: number,
  inwards: 1 | -1,
): Limit | undefined {
  if (!limit?.open) return limit;
  const { whole, fraction } = digitsOf(limit.value);
  if (whole.length + Math.max(fraction.length, fractionDigits) <= EXACT_DIGITS) return limit;
  return { value: nextDouble(limit.value, inwards), open: false };
}

/** The double next to `value`, above or below it. */
function nextDouble(value: number, direction: 1 | -1): number {
  if (value === 0) return direction * Number.MIN_VALUE;
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const away = value > 0 === direction > 0 ? 1n : -1n;
  bits.setBigInt64(0, bits.getBigInt64(0) + away);
  return bits.getFloat64(0);
}

/** Digits after the point up to which a double is exact, or as many as the limits have. */
function fractionOf(ends: readonly number[]): number {
  const digits = ends.map(digitsOf);
  const whole = Math.max(...digits.map((end) => end.whole.length));
  const given = Math.max(...digits.map((end) => end.fraction.length));
  return Math.max(EXACT_DIGITS - whole, given, 0);
}

/**
 * The least common multiple of all `multipleOf`. Only divisors that a double holds exactly are
 * accepted: validators disagree whether 0.07 is a multiple of 0.01.
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
