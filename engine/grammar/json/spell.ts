import { type Automaton, isUniversal, rangesByTarget } from "../text/automaton.ts";
import { type CharRange, overlap } from "../text/char-ranges.ts";
import type { Part, RuleBook, RuleRef, Sequence } from "../rules/rule-book.ts";
import { RAW, freeChars } from "./basics.ts";

/** Characters that need an escape, and the letter that stands for each after a backslash. */
const ESCAPES: readonly (readonly [code: number, letter: string])[] = [
  [0x08, "b"],
  [0x09, "t"],
  [0x0a, "n"],
  [0x0c, "f"],
  [0x0d, "r"],
  [0x22, '"'],
  [0x5c, "\\"],
];

/** Classes with more ranges than this, such as all letters, become a rule of their own. */
const MAX_RANGES = 16;

/**
 * The texts of an automaton as a JSON string writes them, up to `end`. Where any text follows, at
 * most `most` more characters do. Elsewhere each character has one spelling, so that a character
 * that is ruled out cannot come in by another spelling.
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

/** The texts of an automaton whose characters need no escape. */
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
