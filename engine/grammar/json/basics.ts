import { repeatChar } from "../rules/repeat.ts";
import type { Part, RuleBook, RuleRef, Sequence } from "../rules/rule-book.ts";
import { MAX_FREE_CHARS, MAX_KEY_CHARS } from "../schema/counts.ts";
import { type CharRange, LAST_CODE_POINT } from "../text/char-ranges.ts";
import { codePoints } from "../text/code-points.ts";

/** Digits that a double keeps for every number. */
export const EXACT_DIGITS = 15;

/**
 * Characters that need no escape in a JSON string. The delete character is left out: models never
 * mean it.
 */
export const RAW: readonly CharRange[] = [
  [0x20, 0x21],
  [0x23, 0x5b],
  [0x5d, 0x7e],
  [0x80, 0xd7ff],
  [0xe000, LAST_CODE_POINT],
];
const DIGIT: Part = { chars: [[0x30, 0x39]] };
const HEX: Part = {
  chars: [
    [0x30, 0x39],
    [0x41, 0x46],
    [0x61, 0x66],
  ],
};

/**
 * White space between the parts of a value: none, a space, or a line end with some indentation.
 * More would let a small model fill its budget with it.
 */
export function space(book: RuleBook): RuleRef {
  return book.once("space", () => {
    const blank = book.once("blank", () => [
      [
        {
          chars: [
            [0x09, 0x09],
            [0x20, 0x20],
          ],
        },
      ],
    ]);
    return [[], [" "], ["\n", ...repeatChar(book, blank, [0, 12])]];
  });
}

/** White space after a colon, without line ends. */
export function gap(book: RuleBook): RuleRef {
  return book.once("gap", () => [[], [" "]]);
}

/**
 * One character of a string, in any of its spellings. A surrogate comes only with its other half.
 */
export function anyChar(book: RuleBook): RuleRef {
  return book.once("char", () => [[{ chars: RAW }], ["\\", escapeEnd(book)]]);
}

function escapeEnd(book: RuleBook): RuleRef {
  return book.once("escape", () => {
    return [[{ chars: letters('"/\\bfnrt') }], ["u", unicode(book)]];
  });
}

function unicode(book: RuleBook): RuleRef {
  return book.once("unicode", () => {
    const plain: Part = { chars: letters("0123456789abcefABCEF") };
    const low: Part = { chars: [[0x30, 0x37]] };
    const high: Part = { chars: [...letters("89"), ...letters("abAB")] };
    const d: Part = { chars: letters("dD") };
    const second: Part = { chars: letters("cdefCDEF") };
    return [
      [plain, HEX, HEX, HEX],
      [d, low, HEX, HEX],
      [d, high, HEX, HEX, "\\u", d, second, HEX, HEX],
    ];
  });
}

const letters = (text: string): CharRange[] =>
  codePoints(text).map((code): CharRange => [code, code]);

/** The content of a string without limits, without the closing quote. */
export function freeChars(book: RuleBook, most: number): Sequence {
  return repeatChar(book, anyChar(book), [0, most]);
}

/** Any string. */
export function anyString(book: RuleBook): RuleRef {
  return book.once("string", () => [['"', ...freeChars(book, MAX_FREE_CHARS), '"']]);
}

/** Any whole number that a double holds exactly. */
export function anyInteger(book: RuleBook): RuleRef {
  return book.once("integer", () => [[wholePart(book)], ["-", wholePart(book)]]);
}

/** Any number. With an exponent it stays far below what a double cannot hold. */
export function anyNumber(book: RuleBook): RuleRef {
  const digit = book.once("digit", () => [[DIGIT]]);
  const sign: Part = { chars: letters("+-") };
  const exponent = book.once("exponent", () => {
    const digits = repeatChar(book, digit, [1, 2]);
    const end = book.once("exponent digits", () => [[...digits], [sign, ...digits]]);
    return [[], [{ chars: letters("eE") }, end]];
  });
  const fraction = book.once("fraction", () => [
    [exponent],
    [".", ...repeatChar(book, digit, [1, EXACT_DIGITS]), exponent],
  ]);
  return book.once("number", () => [
    [wholePart(book), fraction],
    ["-", wholePart(book), fraction],
  ]);
}

function wholePart(book: RuleBook): RuleRef {
  const digit = book.once("digit", () => [[DIGIT]]);
  return book.once("whole", () => [
    ["0"],
    [{ chars: [[0x31, 0x39]] }, ...repeatChar(book, digit, [0, EXACT_DIGITS - 1])],
  ]);
}

/** Any value. */
export function anyValue(book: RuleBook): RuleRef {
  return book.once("value", () => [
    [anyObject(book)],
    [anyArray(book)],
    [anyString(book)],
    [anyNumber(book)],
    ["true"],
    ["false"],
    ["null"],
  ]);
}

/** Any list. */
export function anyArray(book: RuleBook): RuleRef {
  return book.once("array", () => {
    const blank = space(book);
    const more = book.once("array rest", (self) => [[",", blank, anyValue(book), self], []]);
    return [
      ["[", blank, "]"],
      ["[", blank, anyValue(book), more, blank, "]"],
    ];
  });
}

/** Any object. */
export function anyObject(book: RuleBook): RuleRef {
  return book.once("object", () => {
    const blank = space(book);
    const key = ['"', ...freeChars(book, MAX_KEY_CHARS), '":', gap(book)];
    const more = book.once("object rest", (self) => [
      [",", blank, ...key, anyValue(book), self],
      [],
    ]);
    return [
      ["{", blank, "}"],
      ["{", blank, ...key, anyValue(book), more, blank, "}"],
    ];
  });
}
