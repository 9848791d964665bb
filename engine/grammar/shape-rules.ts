import { anyArray, anyObject, anyValue } from "./json/basics.ts";
import { listRules } from "./json/list-rules.ts";
import { numberRules } from "./json/numbers.ts";
import { ObjectRules } from "./json/object-rules.ts";
import { textRules } from "./json/text-rules.ts";
import { oneOf } from "./json/values.ts";
import type { Alternatives, RuleBook, RuleRef } from "./rules/rule-book.ts";
import type { Counts } from "./schema/counts.ts";
import { enumeratedValues } from "./schema/enumerated.ts";
import { type Kind, KINDS } from "./schema/keywords.ts";
import type { ListShape } from "./schema/lists.ts";
import { matches } from "./schema/matches.ts";
import { limitNames } from "./schema/names.ts";
import type { ObjectShape } from "./schema/objects.ts";
import { type Place, refuse } from "./schema/place.ts";
import type { SchemaResolver } from "./schema/schema-resolver.ts";
import type { Shape } from "./schema/shape.ts";

type Parts = {
  readonly book: RuleBook;
  readonly resolver: SchemaResolver;
  /** The rule of a value that satisfies all of `places`. */
  readonly valueOf: (places: readonly Place[]) => RuleRef;
};

/** The values of a shape, kind by kind. @throws {EngineError} 400 for what cannot be enforced. */
export function shapeRules(parts: Parts, shape: Shape, place: Place): Alternatives {
  const { book, resolver } = parts;
  if (shape.values) {
    const values = [...shape.values.values()];
    const kept = values.filter((value) => matches(resolver, value, shape, "surely"));
    return oneOf(
      book,
      kept.map((value) => ({ text: JSON.stringify(value), next: [] })),
    );
  }
  if (isAnything(shape)) return [[anyValue(book)]];
  const kinds = KINDS.filter((kind) => shape.kinds.meant.has(kind));
  return kinds.flatMap((kind) => kindRules(parts, { kind, shape, place }));
}

function kindRules(
  parts: Parts,
  { kind, shape, place }: { kind: Kind; shape: Shape; place: Place },
): Alternatives {
  const { book, resolver, valueOf } = parts;
  switch (kind) {
    case "null":
      return [["null"]];
    case "boolean":
      return [["true"], ["false"]];
    case "number":
      return numberRules(book, shape.numbers, {
        whole: shape.kinds.whole,
        place,
        budget: resolver.budget,
      });
    case "string": {
      const language = resolver.languages.sized(shape.texts, place);
      return textRules(book, { language, counts: shape.texts.counts, place });
    }
    case "array":
      if (isAnyList(shape.lists)) return [[anyArray(book)]];
      return listRules(book, shape.lists, {
        valueOf,
        listed: (places) => enumeratedValues(resolver, places),
        place,
      });
    case "object":
      return objectRules(parts, shape.objects, place);
  }
}

function objectRules({ book, resolver, valueOf }: Parts, shape: ObjectShape, place: Place) {
  if (isAnyObject(shape)) return [[anyObject(book)]];
  const objects = limitNames(resolver, shape);
  const free = objects.others.some(({ written }) => written);
  if (free && objects.counts.min > objects.properties.size + 1) {
    throw refuse(place, "minProperties", "cannot be enforced where names may repeat each other");
  }
  const rules = () => new ObjectRules({ book, valueOf, budget: resolver.budget }, objects);
  return resolver.languages.guard(place, "properties", () => rules().alternatives());
}

function isAnything({ kinds, numbers, texts, lists, objects }: Shape): boolean {
  const { low, high, multiples } = numbers;
  return (
    kinds.meant.size === KINDS.length &&
    !kinds.whole &&
    !low &&
    !high &&
    multiples.length === 0 &&
    texts.patterns.length === 0 &&
    texts.formats.length === 0 &&
    isAnyCount(texts.counts) &&
    isAnyList(lists) &&
    isAnyObject(objects)
  );
}

const isAnyCount = ({ min, max }: Counts): boolean => min === 0 && max === Infinity;

function isAnyList({ counts, first, rest, unique }: ListShape): boolean {
  return isAnyCount(counts) && first.length === 0 && rest.length === 0 && !unique;
}

function isAnyObject({ counts, properties, others, names }: ObjectShape): boolean {
  const free = others.every(
    (kind) => kind.written && !kind.names && kind.places.every(({ schema }) => schema === true),
  );
  return isAnyCount(counts) && properties.size === 0 && free && names.length === 0;
}
