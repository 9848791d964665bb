import { type Automaton, isUniversal, rangesByTarget } from "../text/automaton.ts";
import { type CharRange, overlap } from "../text/char-ranges.ts";
import type { Part, RuleBook, RuleRef, Sequence } from "../rules/rule-book.ts";
import { RAW, freeChars } from "./basics.ts";

/** What cannot stand in a string as it is, and the letter that stands for it after a backslash. */
const ESCAPES: readonly (readonly [code: number, letter: string])[] = [
  [0x08, "b"],
  [0x09, "t"],
  [0x0a, "n"],
  [0x0c, "f"],
  [0x0d, "r"],
  [0x22, '"'],
  [0x5c, "\\"],
];

/** Classes of more ranges, such as all letters, are written once. */
const MAX_RANGES = 16;

/**
 * The texts of an automaton as they stand in a JSON string, up to `end`. Where everything goes the
 * string is held to `most` more characters; elsewhere each character has one spelling, so that
 * what is ruled out cannot come in by another.
 */
export function spellText(
  book: RuleBook,
  automaton: Automaton,
  { end, most }: { end: Sequence; most: number },
): RuleRef {
  const refs = automaton.map(() => book.reserve());
  automaton.forEach((state, at) => {
    const ref = refs[at];
    if (!ref) return;
    if (isUniversal(automaton, at)) return book.define(ref, [[...freeChars(book, most), ...end]]);
    const steps = [...rangesByTarget(state)].flatMap(([to, ranges]) =>
      spellings(book, ranges).map((spelling) => [...spelling, refs[to] ?? ""]),
    );
    book.define(ref, state.accepts ? [...steps, end] : steps);
  });
  return refs[0] ?? book.add([]);
}

/** The texts of an automaton as they are, of characters that need no escape. */
export function spellPlain(book: RuleBook, automaton: Automaton): RuleRef {
  const refs = automaton.map(() => book.reserve());
  automaton.forEach((state, at) => {
    const ref = refs[at];
    if (!ref) return;
    const steps = [...rangesByTarget(state)].map(([to, chars]): Sequence => [
      { chars },
      refs[to] ?? "",
    ]);
    book.define(ref, state.accepts ? [...steps, []] : steps);
  });
  return refs[0] ?? book.add([]);
}

function spellings(book: RuleBook, ranges: readonly CharRange[]): Sequence[] {
  const result: Sequence[] = [];
  const raw = overlap(ranges, RAW);
  if (raw.length > MAX_RANGES) {
    result.push([book.once(`class ${raw.join()}`, () => [[{ chars: raw }]])]);
  } else if (raw.length > 0) result.push([{ chars: raw }]);
  const letters = ESCAPES.filter(([code]) => ranges.some(([a, b]) => a <= code && code <= b));
  if (letters.length > 0) result.push(["\\", lettersPart(letters.map(([, letter]) => letter))]);
  return result;
}

function lettersPart(letters: readonly string[]): Part {
  return {
    chars: letters.map((letter): CharRange => {
      const code = letter.codePointAt(0) ?? 0;
      return [code, code];
    }),
  };
}
