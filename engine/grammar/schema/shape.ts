import type { Json } from "../../json/go-json.ts";
import type { CompileContext } from "./compile-context.ts";
import type { Kinds } from "./kinds.ts";
import { kindsOf, spokenOf } from "./kinds.ts";
import { ANY_LIST, type ListShape, listShape } from "./lists.ts";
import { ANY_NUMBER, type NumberRange, numberRange } from "./numbers.ts";
import { ANY_OBJECT, type ObjectShape, objectShape } from "./objects.ts";
import { type Place, keywords, refuse } from "./place.ts";
import { ANY_TEXT, type TextShape, textShape } from "./texts.ts";

/** The constraints on values that satisfy some schemas at once, kind by kind. */
export type Shape = {
  readonly kinds: Kinds;
  /**
   * The enumerated values, by their canonical text; `undefined` where values are not enumerated.
   * The rest of the shape holds for them too.
   */
  readonly values: ReadonlyMap<string, Json> | undefined;
  readonly numbers: NumberRange;
  readonly texts: TextShape;
  readonly lists: ListShape;
  readonly objects: ObjectShape;
};

/**
 * Merges the constraints of schemas without references.
 * @throws {EngineError} 400 for keywords that are used wrongly.
 */
export function shapeOf(context: CompileContext, places: readonly Place[]): Shape {
  const spoken = spokenOf(places);
  return {
    kinds: kindsOf(places, spoken),
    values: valuesOf(context, places),
    // A `format` may be about numbers.
    numbers: spoken.has("number") || spoken.has("string") ? numberRange(places) : ANY_NUMBER,
    texts: spoken.has("string") ? textShape(places) : ANY_TEXT,
    lists: spoken.has("array") ? listShape(context, places) : ANY_LIST,
    objects: spoken.has("object") ? objectShape(context, places) : ANY_OBJECT,
  };
}

function valuesOf(
  { budget }: CompileContext,
  places: readonly Place[],
): ReadonlyMap<string, Json> | undefined {
  let values: ReadonlyMap<string, Json> | undefined;
  for (const place of places) {
    const schema = keywords(place);
    for (const listed of [
      schema["enum"],
      "const" in schema ? [schema["const"] ?? null] : undefined,
    ]) {
      if (listed === undefined) continue;
      if (!Array.isArray(listed)) throw refuse(place, "enum", "must be a list");
      budget.spend(8 * listed.length);
      const own = new Map(listed.map((value) => [canonical(value), value]));
      values = values ? new Map([...values].filter(([text]) => own.has(text))) : own;
    }
  }
  return values;
}

/** A text that is the same for equal values, whatever the order of their properties. */
export function canonical(value: Json): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return JSON.stringify(value, (_, item: Json) => {
    if (typeof item !== "object" || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}
