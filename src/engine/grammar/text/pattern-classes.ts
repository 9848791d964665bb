import { type CharRange, LAST_CODE_POINT, invert, normalise } from "./char-ranges.ts";
import { PatternError } from "./pattern-syntax.ts";

const DIGIT: readonly CharRange[] = [[0x30, 0x39]];
const WORD: readonly CharRange[] = normalise([
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
]);
/** White space and line ends as ECMA-262 lists them. */
const SPACE: readonly CharRange[] = normalise([
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
]);

/** What `.` stands for: everything but line ends. */
export const DOT: readonly CharRange[] = invert([
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
]);

/** What `\d`, `\D`, `\w` … stand for. */
export const CLASS_ESCAPES: Readonly<Record<string, readonly CharRange[]>> = {
  d: DIGIT,
  D: invert(DIGIT),
  w: WORD,
  W: invert(WORD),
  s: SPACE,
  S: invert(SPACE),
};

const properties = new Map<string, readonly CharRange[]>();

/**
 * What `\p{name}` stands for, found by asking the runtime about every code point, once.
 * @throws {PatternError} when there is no such property.
 */
export function unicodeProperty(name: string, negated: boolean): readonly CharRange[] {
  const known = properties.get(name) ?? scanProperty(name);
  properties.set(name, known);
  return negated ? invert(known) : known;
}

function scanProperty(name: string): readonly CharRange[] {
  if (!/^[A-Za-z_]{1,40}(?:=[A-Za-z_]{1,40})?$/.test(name)) {
    throw new PatternError(`unknown property \\p{${name}}`);
  }
  let test: RegExp;
  try {
    test = new RegExp(`\\p{${name}}`, "u");
  } catch {
    throw new PatternError(`unknown property \\p{${name}}`);
  }
  const ranges: CharRange[] = [];
  let first = -1;
  for (let code = 0; code <= LAST_CODE_POINT + 1; code += 1) {
    const inside = code <= LAST_CODE_POINT && test.test(String.fromCodePoint(code));
    if (inside && first < 0) first = code;
    if (!inside && first >= 0) {
      ranges.push([first, code - 1]);
      first = -1;
    }
  }
  return ranges;
}
