import type { Json } from "../../json/go-json.ts";
import type { Alternatives, RuleBook, RuleRef, Sequence } from "../rules/rule-book.ts";
import type { ListShape } from "../schema/lists.ts";
import { type Place, refuse } from "../schema/place.ts";
import { space } from "./basics.ts";
import { oneOf } from "./values.ts";

/**
 * Transitions from one set of written values to the next. Ten values in any number and order take 5
 * 120; the parser reads their rules in some milliseconds, once for every answer.
 */
const MAX_STEPS = 5_120;

/** Values by their canonical text, so that equal values are one. */
type Values = ReadonlyMap<string, Json>;

/**
 * Lists of enumerated values without repetition, in any order.
 * @throws {EngineError} 400 where the values are not enumerated, or have too many orders.
 */
export function uniqueListRules(
  book: RuleBook,
  { first, rest, counts }: Pick<ListShape, "first" | "rest" | "counts">,
  { listed, place }: { listed: (places: readonly Place[]) => Values | undefined; place: Place },
): Alternatives {
  const valuesOf = (places: readonly Place[]): Values => {
    const values = listed(places);
    if (values) return values;
    const advice = "list them with enum, or leave it out and drop what is repeated";
    throw refuse(
      place,
      "uniqueItems",
      `cannot be enforced for values that are not listed: ${advice}`,
    );
  };
  const known = first.slice(0, counts.max).map(valuesOf);
  const others = counts.max > known.length ? valuesOf(rest) : new Map<string, Json>();
  const all = [...known, others].map((values) => [...values.keys()]);
  const name = `unique ${counts.min} ${counts.max} ${JSON.stringify(all)}`;
  const valuesAt = (position: number) => known[position] ?? others;
  return [[book.once(name, () => new Orders(book, { valuesAt, counts, place }).alternatives())]];
}

type Lists = {
  readonly valuesAt: (position: number) => Values;
  readonly counts: ListShape["counts"];
  readonly place: Place;
};

/** One rule for each set of values that can have been written. */
class Orders {
  readonly #book: RuleBook;
  readonly #lists: Lists;
  readonly #known = new Map<string, RuleRef>();
  readonly #open: { readonly ref: RuleRef; readonly used: readonly string[] }[] = [];
  #steps = 0;

  constructor(book: RuleBook, lists: Lists) {
    this.#book = book;
    this.#lists = lists;
  }

  alternatives(): Alternatives {
    const blank = space(this.#book);
    const { min } = this.#lists.counts;
    const some: Sequence = ["[", blank, this.#book.add(this.#next([])), blank, "]"];
    for (const { ref, used } of this.#open) {
      const more: Sequence = [",", blank, this.#book.add(this.#next(used))];
      this.#book.define(ref, used.length >= min ? [more, []] : [more]);
    }
    return min === 0 ? [["[", blank, "]"], some] : [some];
  }

  /** The next value, and what follows it. */
  #next(used: readonly string[]): Alternatives {
    const { valuesAt, place } = this.#lists;
    const values = [...valuesAt(used.length)].filter(([text]) => !used.includes(text));
    this.#steps += values.length;
    if (this.#steps > MAX_STEPS) {
      const advice = "lower maxItems, or leave it out and drop what is repeated";
      throw refuse(place, "uniqueItems", `leaves too many orders of its values: ${advice}`);
    }
    return oneOf(
      this.#book,
      values.map(([text, value]) => ({
        text: JSON.stringify(value),
        next: this.#after([...used, text].toSorted()),
      })),
    );
  }

  #after(used: readonly string[]): Sequence {
    if (used.length >= this.#lists.counts.max) return [];
    const name = used.join();
    const known = this.#known.get(name);
    if (known) return [known];
    const ref = this.#book.reserve();
    this.#known.set(name, ref);
    this.#open.push({ ref, used });
    return [ref];
  }
}
