import { MAX_COUNT, repeatChar } from "../rules/repeat.ts";
import type { Alternatives, RuleBook } from "../rules/rule-book.ts";
import { type Counts, MAX_FREE_CHARS } from "../schema/counts.ts";
import { type Place, refuse } from "../schema/place.ts";
import type { Automaton } from "../text/automaton.ts";
import { anyChar } from "./basics.ts";
import { spellText } from "./spell.ts";

/**
 * The strings of a language, or of a length.
 * @throws {EngineError} 400 when they would have to be longer than a grammar counts.
 */
export function textRules(
  book: RuleBook,
  { language, counts, place }: { language: Automaton | undefined; counts: Counts; place: Place },
): Alternatives {
  const { min, max } = counts;
  if (min > max) return [];
  if (language) {
    const ends = { end: ['"'], most: MAX_FREE_CHARS };
    return [['"', book.once(language, () => [[spellText(book, language, ends)]])]];
  }
  if (min > MAX_COUNT) throw refuse(place, "minLength", `is more than ${MAX_COUNT}`);
  const most = max < Infinity ? max : Math.max(MAX_FREE_CHARS, min);
  return [['"', ...repeatChar(book, anyChar(book), [min, most]), '"']];
}
