import { MAX_COUNT, repeatValue } from "../rules/repeat.ts";
import type { Alternatives, Part, RuleBook, RuleRef, Sequence } from "../rules/rule-book.ts";
import type { ListShape } from "../schema/lists.ts";
import { type Place, refuse } from "../schema/place.ts";
import { space } from "./basics.ts";

/**
 * Lists of a shape; `valueOf` gives the rule of a value that satisfies some schemas.
 * @throws {EngineError} 400 when they would have to be longer than a grammar counts.
 */
export function listRules(
  book: RuleBook,
  { counts, first, rest, closed }: ListShape,
  { valueOf, place }: { valueOf: (places: readonly Place[]) => RuleRef; place: Place },
): Alternatives {
  if (counts.min > MAX_COUNT) throw refuse(place, "minItems", `is more than ${MAX_COUNT}`);
  const blank = space(book);
  const most = closed ? Math.min(counts.max, first.length) : counts.max;
  if (most < counts.min) return [];
  const empty: Sequence[] = counts.min === 0 ? [["[", blank, "]"]] : [];
  if (most === 0) return empty;
  const before: readonly Part[] = [",", blank];
  const known = first.slice(0, most);
  let tail: Sequence = [];
  if (most > known.length) {
    const value = valueOf(rest);
    const next = book.once(`${value.rule} next`, () => [[...before, value]]);
    const least = Math.max(0, counts.min - known.length);
    // Without known ones the first item, which no comma precedes, is one of these.
    const shift = known.length === 0 ? 1 : 0;
    tail = repeatValue(book, next, [Math.max(0, least - shift), most - known.length - shift]);
    if (known.length === 0) return [...empty, ["[", blank, value, ...tail, blank, "]"]];
  }
  for (let index = known.length - 1; index > 0; index -= 1) {
    const item: Sequence = [...before, valueOf(known[index] ?? []), ...tail];
    tail = index < counts.min ? item : [book.add([item, []])];
  }
  return [...empty, ["[", blank, valueOf(known[0] ?? []), ...tail, blank, "]"]];
}
