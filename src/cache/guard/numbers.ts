import { PREPOSITIONS, UNIT_FORMS, UNITS } from "./data/classes.ts";
import { isBreak, type Token, word } from "./token.ts";

const UNITS_BELOW_20 =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(
    " ",
  );
const TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");
const ORDINALS =
  "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth".split(
    " ",
  );
const TENS_ORDINALS =
  "twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth".split(" ");
const SCALES: Readonly<Record<string, number>> = {
  hundred: 100,
  thousand: 1000,
  k: 1000,
  million: 1e6,
  billion: 1e9,
};

const SMALL = new Map<string, number>();
for (const [value, text] of UNITS_BELOW_20.entries()) SMALL.set(text, value);
for (const [at, text] of TENS.entries()) SMALL.set(text, 20 + at * 10);
const ORDINAL = new Map<string, number>();
for (const [at, text] of ORDINALS.entries()) ORDINAL.set(text, at + 1);
for (const [at, text] of TENS_ORDINALS.entries()) ORDINAL.set(text, 20 + at * 10);

/** "one" after these is a pronoun: "the one that …", "a new one". */
const PRONOUN_ONE = new Set(
  "the this that which no another other any every each new old same right only easy last first".split(
    " ",
  ),
);
/** "second" after these counts; else it is a unit of time. */
const BEFORE_ORDINAL = new Set("the this that my our your a on every each and in".split(" "));

/** Short forms of units that are no words, also without a number in front: "in cm". */
const UNMISTAKABLE = new Set("km cm mm kg ml lbs kcal mcg".split(" "));

const numberToken = (value: number, ordinal: boolean): Token => ({
  kind: "number",
  text: `${ordinal ? "#" : ""}${Number(value.toPrecision(12))}`,
});

function cardinalWord(tokens: readonly Token[], at: number): number | undefined {
  const token = tokens[at];
  if (token?.kind !== "word") return undefined;
  if (token.text === "one" && PRONOUN_ONE.has(tokens[at - 1]?.text ?? "")) return undefined;
  return SMALL.get(token.text);
}

function ordinalWord(tokens: readonly Token[], at: number): number | undefined {
  const token = tokens[at];
  if (token?.kind !== "word") return undefined;
  if (token.text === "second" && !BEFORE_ORDINAL.has(tokens[at - 1]?.text ?? "")) return undefined;
  return ORDINAL.get(token.text);
}

/** Reads one number from `at`; undefined when there is none. */
function readNumber(
  tokens: readonly Token[],
  at: number,
): { value: number; ordinal: boolean; next: number } | undefined {
  const token = tokens[at];
  if (token === undefined) return undefined;
  let next = at + 1;
  let total = 0;
  let current: number;
  const small = cardinalWord(tokens, at);
  const ordinal = ordinalWord(tokens, at);
  if (token.kind === "number") {
    current = Number(token.text);
    if (/^(?:st|nd|rd|th)$/.test(tokens[next]?.text ?? "")) {
      return { value: current, ordinal: true, next: next + 1 };
    }
  } else if (ordinal !== undefined) {
    return { value: ordinal, ordinal: true, next };
  } else if (small !== undefined) {
    current = small;
  } else if ((token.text === "a" || token.text === "an") && scaleAt(tokens, next) !== undefined) {
    current = 1;
  } else if (token.kind === "word" && token.text === "dozen") {
    return { value: 12, ordinal: false, next };
  } else {
    return undefined;
  }
  for (;;) {
    const scale = scaleAt(tokens, next);
    const unit = cardinalWord(tokens, next);
    const last = ordinalWord(tokens, next);
    if (scale !== undefined) {
      current *= scale;
      if (scale >= 1000) {
        total += current;
        current = 0;
      }
      next += 1;
    } else if (tokens[next]?.text === "dozen") {
      current *= 12;
      next += 1;
    } else if (small !== undefined && unit !== undefined && fits(current, unit)) {
      current += unit;
      next += 1;
    } else if (small !== undefined && last !== undefined && current >= 20 && fits(current, last)) {
      return { value: total + current + last, ordinal: true, next: next + 1 };
    } else if (
      small !== undefined &&
      tokens[next]?.text === "and" &&
      tokens[next - 1]?.text === "hundred" &&
      cardinalWord(tokens, next + 1) !== undefined
    ) {
      next += 1;
    } else {
      return { value: total + current, ordinal: false, next };
    }
  }
}

const fits = (current: number, unit: number): boolean =>
  (current % 100 === 0 && unit < 100 && current > 0) ||
  (current % 100 >= 20 && current % 10 === 0 && unit > 0 && unit < 10);

function scaleAt(tokens: readonly Token[], at: number): number | undefined {
  const token = tokens[at];
  return token?.kind === "word" && Object.hasOwn(SCALES, token.text)
    ? SCALES[token.text]
    : undefined;
}

/** Numbers as digits, units behind them by their full names, "an hour" behind an amount as "per hour". */
export function withNumbers(tokens: readonly Token[]): Token[] {
  const out: Token[] = [];
  let at = 0;
  while (at < tokens.length) {
    const token = tokens[at];
    if (token === undefined) break;
    const often = perTime(tokens, at, out.at(-1));
    if (often !== undefined) {
      out.push(word(often));
      at += 2;
      continue;
    }
    const found = readNumber(tokens, at);
    if (found) {
      // "$120 thousand": the currency was written before the amount and stands behind it here.
      let next = found.next;
      let value = found.value;
      const behind = scaleAt(tokens, next + 1);
      const currency = tokens[next];
      if (
        token.kind === "number" &&
        currency &&
        "$€£¥".includes(currency.text) &&
        behind !== undefined
      ) {
        value *= behind;
        out.push(numberToken(value, false), unitOf(currency));
        at = next + 2;
        continue;
      }
      // "3.10" may be a version, which is not 3.1.
      const written = found.next === at + 1 && /\.\d*0$/.test(token.text);
      out.push(written ? token : numberToken(value, found.ordinal));
      const unit = tokens[next];
      if (
        unit &&
        !found.ordinal &&
        unit.kind !== "number" &&
        Object.hasOwn(UNIT_FORMS, unit.text)
      ) {
        out.push(unitOf(unit));
        next += 1;
      } else if (unit?.text === "am" || unit?.text === "pm") {
        out.push(word(`${unit.text}_time`));
        next += 1;
      } else if (unit?.text === "degree" || unit?.text === "degrees") {
        const scale = tokens[next + 1]?.text;
        if (scale === "celsius" || scale === "fahrenheit" || scale === "c" || scale === "f") {
          out.push(word(scale.startsWith("c") ? "celsius" : "fahrenheit"));
          next += 2;
        }
      }
      // "Like I'm five", "like a five-year-old".
      if (/^years?$/.test(tokens[next]?.text ?? "") && tokens[next + 1]?.text === "old") next += 2;
      at = next;
      continue;
    }
    out.push(token.kind === "word" && UNMISTAKABLE.has(token.text) ? unitOf(token) : token);
    at += 1;
  }
  return out;
}

const PER: Readonly<Record<string, string>> = {
  hour: "hourly",
  day: "daily",
  week: "weekly",
  month: "monthly",
  year: "yearly",
};

/** "$28 an hour", "twice a day", "how much … a day?" – but not "in a day". */
function perTime(
  tokens: readonly Token[],
  at: number,
  before: Token | undefined,
): string | undefined {
  const article = tokens[at]?.text;
  const time = tokens[at + 1]?.text ?? "";
  if ((article !== "a" && article !== "an") || !Object.hasOwn(PER, time)) return undefined;
  if (before === undefined || isBreak(before)) return undefined;
  const amount =
    before.kind === "number" ||
    UNITS.has(before.text) ||
    UNITS.has(before.text.replace(/s$/, "")) ||
    /^(?:once|twice|times)$/.test(before.text);
  const closes =
    isBreak(tokens[at + 2]) &&
    before.kind === "word" &&
    !PREPOSITIONS.has(before.text) &&
    !/^(?:take|takes|last|lasts|is|was|half|such|what)$/.test(before.text);
  return amount || closes ? PER[time] : undefined;
}

function unitOf(token: Token): Token {
  return word(
    (Object.hasOwn(UNIT_FORMS, token.text) ? UNIT_FORMS[token.text] : undefined) ?? token.text,
  );
}
