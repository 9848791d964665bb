import { intersect, isEmpty } from "../text/automaton.ts";
import type { Kind } from "./keywords.ts";
import { kindOf, matches } from "./matches.ts";
import { apart } from "./numbers.ts";
import { kindOfName } from "./objects.ts";
import { type Place, isNothing } from "./place.ts";
import type { SchemaResolver } from "./schema-resolver.ts";
import type { Shape } from "./shape.ts";

/** How many levels of nested values are compared to tell two schemas apart. */
const MAX_DEPTH = 3;

/** Steps of comparing two shapes, on top of those that are counted where it is done. */
const COMPARE_STEPS = 20;

/**
 * Whether no answer that is written for one shape satisfies the other schemas too. `false` where
 * this cannot be seen.
 */
export function disjoint(
  resolver: SchemaResolver,
  written: Shape,
  others: readonly Place[],
  depth = 0,
): boolean {
  return resolver.flatten(others).every((branch) => {
    const other = resolver.shapeOf(branch.places);
    return shapesApart(resolver, written, other, depth);
  });
}

function shapesApart(
  resolver: SchemaResolver,
  written: Shape,
  other: Shape,
  depth: number,
): boolean {
  resolver.budget.spend(COMPARE_STEPS);
  if (written.values) {
    const values = [...written.values.values()];
    return values.every(
      (value) =>
        !matches(resolver, value, written, "surely") ||
        !matches(resolver, value, other, "possibly"),
    );
  }
  return [...written.kinds.meant].every((kind) => {
    if (!other.kinds.allowed.has(kind)) return true;
    if (other.values) return valuesApart(resolver, { written, other, kind });
    return kindApart(resolver, { written, other, kind, depth });
  });
}

type Pair = { readonly written: Shape; readonly other: Shape; readonly kind: Kind };

/** Whether none of the values that the other shape enumerates can be written. */
function valuesApart(resolver: SchemaResolver, { written, other, kind }: Pair): boolean {
  const listed = [...(other.values?.values() ?? [])].filter((value) => kindOf(value) === kind);
  return listed.every((value) => !matches(resolver, value, written, "surely"));
}

function kindApart(
  resolver: SchemaResolver,
  { written, other, kind, depth }: Pair & { readonly depth: number },
): boolean {
  switch (kind) {
    case "number":
      return apart(written.numbers, other.numbers);
    case "string":
      return textsApart(resolver, written, other);
    case "array":
      return listsApart(resolver, { written, other, depth });
    case "object":
      return objectsApart(resolver, { written, other, depth });
    case "null":
    case "boolean":
      return false;
  }
}

function textsApart(
  { languages, budget }: SchemaResolver,
  { texts }: Shape,
  other: Shape,
): boolean {
  const [one, two] = [texts.counts, other.texts.counts];
  if (one.max < two.min || two.max < one.min) return true;
  const [a, b] = [languages.content(texts), languages.possibleContent(other.texts)];
  return a !== undefined && b !== undefined && isEmpty(intersect(a, b, budget));
}

type Nested = { readonly written: Shape; readonly other: Shape; readonly depth: number };

function listsApart(resolver: SchemaResolver, { written, other, depth }: Nested): boolean {
  const [one, two] = [written.lists, other.lists];
  if (one.counts.max < two.counts.min || two.counts.max < one.counts.min) return true;
  return Array.from({ length: Math.min(one.counts.min, 8) }, (_, index) => index).some((index) => {
    const mine = one.first[index] ?? one.rest;
    const theirs = two.first[index] ?? two.rest;
    return placesApart(resolver, mine, theirs, depth);
  });
}

/**
 * Two objects are told apart by the value of a property that is always there. They are also told
 * apart by a property that is never written where the other object requires it, or always written
 * where the other object forbids it.
 */
function objectsApart(resolver: SchemaResolver, { written, other, depth }: Nested): boolean {
  const [mine, theirs] = [written.objects, other.objects];
  const never = (name: string) => {
    const property = mine.properties.get(name);
    return property ? property.places.some(isNothing) : !kindOfName(mine, name)?.written;
  };
  resolver.budget.spend(mine.properties.size + theirs.properties.size);
  if ([...theirs.properties.values()].some(({ name, required }) => required && never(name))) {
    return true;
  }
  return [...mine.properties.values()].some(({ name, required, places }) => {
    if (!required) return false;
    const their = theirs.properties.get(name) ?? kindOfName(theirs, name);
    if (!their) return false;
    return their.places.some(isNothing) || placesApart(resolver, places, their.places, depth);
  });
}

function placesApart(
  resolver: SchemaResolver,
  mine: readonly Place[],
  theirs: readonly Place[],
  depth: number,
): boolean {
  if (depth >= MAX_DEPTH) return false;
  return resolver
    .flatten(mine)
    .every(({ places }) => disjoint(resolver, resolver.shapeOf(places), theirs, depth + 1));
}
