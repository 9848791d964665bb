import type { Json } from "../../json/go-json.ts";
import { MAX_COUNT, repeatValue } from "../rules/repeat.ts";
import type { Alternatives, Part, RuleBook, RuleRef, Sequence } from "../rules/rule-book.ts";
import type { ListShape } from "../schema/lists.ts";
import { type Place, refuse } from "../schema/place.ts";
import { space } from "./basics.ts";
import { uniqueListRules } from "./unique-list-rules.ts";

export type ListOptions = {
  /** The rule of a value that satisfies all of `places`. */
  readonly valueOf: (places: readonly Place[]) => RuleRef;
  /**
   * The values that satisfy all of `places`, by their canonical text; `undefined` where the schemas
   * do not enumerate them.
   */
  readonly listed: (places: readonly Place[]) => ReadonlyMap<string, Json> | undefined;
  readonly place: Place;
};

/**
 * The lists of a shape.
 * @throws {EngineError} 400 when they would have to be longer than a grammar counts, or different
 * from one another in more ways than it can say.
 */
export function listRules(
  book: RuleBook,
  { counts, first, rest, closed, unique }: ListShape,
  { valueOf, listed, place }: ListOptions,
): Alternatives {
  if (counts.min > MAX_COUNT) throw refuse(place, "minItems", `is more than ${MAX_COUNT}`);
  const blank = space(book);
  const most = closed ? Math.min(counts.max, first.length) : counts.max;
  if (most < counts.min) return [];
  if (unique && most > 1) {
    return uniqueListRules(
      book,
      { first, rest, counts: { min: counts.min, max: most } },
      { listed, place },
    );
  }
  const empty: Sequence[] = counts.min === 0 ? [["[", blank, "]"]] : [];
  if (most === 0) return empty;
  const before: readonly Part[] = [",", blank];
  const known = first.slice(0, most);
  let tail: Sequence = [];
  if (most > known.length) {
    const value = valueOf(rest);
    const next = book.once(`${value.rule} next`, () => [[...before, value]]);
    const least = Math.max(0, counts.min - known.length);
    // Without a schema for the first item, this one also describes the first, which no comma
    // precedes.
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
