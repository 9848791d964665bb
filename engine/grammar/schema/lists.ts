import type { CompileContext } from "./compile-context.ts";
import { ANY_COUNT, type Counts, countsOf } from "./counts.ts";
import { type Place, keywords, refuse } from "./place.ts";
import type { SchemaDocument } from "./schema-document.ts";

/** The constraints on lists: the schemas of each position, and of all items after them. */
export type ListShape = {
  readonly counts: Counts;
  readonly first: readonly (readonly Place[])[];
  readonly rest: readonly Place[];
  /** No schema describes items after the first ones, so an answer ends with them. */
  readonly closed: boolean;
  /** Items must differ from one another. */
  readonly unique: boolean;
};

export const ANY_LIST: ListShape = {
  counts: ANY_COUNT,
  first: [],
  rest: [],
  closed: false,
  unique: false,
};

type Items = { first: Place[]; rest: Place | undefined };

/** The constraints that all of `places` put on a list. @throws {EngineError} 400 */
export function listShape(
  { document, budget }: CompileContext,
  places: readonly Place[],
): ListShape {
  const counts = countsOf(places, "minItems", "maxItems");
  const all = places.map((place) => itemsOf(document, place));
  const length = Math.max(0, ...all.map(({ first }) => first.length));
  budget.spend(length * places.length);
  const at = (index: number) =>
    all.flatMap(({ first, rest }) => {
      const place = index < first.length ? first[index] : rest;
      return place ? [place] : [];
    });
  const given = at(Infinity);
  const unevaluated = places.flatMap((place) =>
    keywords(place)["unevaluatedItems"] === undefined
      ? []
      : [document.below(place, "unevaluatedItems")],
  );
  const rest = given.length > 0 ? given : unevaluated;
  return {
    counts,
    first: Array.from({ length }, (_, index) => at(index)),
    rest,
    closed: length > 0 && rest.length === 0,
    unique: places.some((place) => keywords(place)["uniqueItems"] === true),
  };
}

/**
 * Before draft 2020-12 `items` could be the list, and `additionalItems` described what follows it.
 */
function itemsOf(document: SchemaDocument, place: Place): Items {
  const { items, prefixItems, additionalItems } = keywords(place);
  if (Array.isArray(items)) {
    if (prefixItems !== undefined)
      throw refuse(place, "items", "cannot be a list beside prefixItems");
    const rest =
      additionalItems === undefined ? undefined : document.below(place, "additionalItems");
    return { first: document.list(place, "items"), rest };
  }
  const first = document.list(place, "prefixItems");
  return { first, rest: items === undefined ? undefined : document.below(place, "items") };
}
