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

/** The characters of `.`: all but line ends. */
export const DOT: readonly CharRange[] = invert([
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
]);

/** The characters of `\d`, `\D`, `\w` … */
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
 * The characters of `\p{name}`. The runtime is asked once about all code points.
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
  const found = (flags: string) => new RegExp(`\\p{${name}}+`, flags);
  let inside: RegExp;
  try {
    inside = found("u");
  } catch {
    throw new PatternError(`unknown property \\p{${name}}`);
  }
  blocks ??= usedCharacters();
  return normalise([
    ...blocks.flatMap(({ first, width, text }) =>
      [...text.matchAll(found("gu"))].map(({ 0: run, index }): CharRange => {
        const start = first + index / width;
        return [start, start + run.length / width - 1];
      }),
    ),
    ...UNUSED_PLANES.flatMap((plane): CharRange[] => {
      const [first, lastTwo] = [plane * PLANE, (plane + 1) * PLANE - 2];
      return [
        ...(inside.test(String.fromCodePoint(first)) ? [[first, lastTwo - 1] as const] : []),
        ...(inside.test(String.fromCodePoint(lastTwo)) ? [[lastTwo, lastTwo + 1] as const] : []),
      ];
    }),
  ]);
}

/** Consecutive characters; `width` is the number of code units of each. */
type Block = { readonly first: number; readonly width: 1 | 2; readonly text: string };

const PLANE = 0x10000;
const BLOCK = 0x1000;
/**
 * Planes without any character so far. All code points of such a plane are alike, but for the last
 * two.
 */
const UNUSED_PLANES = [4, 5, 6, 7, 8, 9, 10, 11, 12, 13];
let blocks: readonly Block[] | undefined;

/**
 * Every code point of the other planes but surrogate halves, which do not stand alone in a text.
 */
function usedCharacters(): Block[] {
  const starts = Array.from({ length: (LAST_CODE_POINT + 1) / BLOCK }, (_, at) => at * BLOCK);
  return starts
    .filter((first) => !UNUSED_PLANES.includes(Math.floor(first / PLANE)))
    .map((first) => {
      const codes = Array.from({ length: BLOCK }, (_, at) => first + at);
      const whole = codes.filter((code) => code < 0xd800 || code > 0xdfff);
      return { first, width: first < PLANE ? 1 : 2, text: String.fromCodePoint(...whole) };
    });
}
