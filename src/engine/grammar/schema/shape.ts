import type { Json } from "../../http/go-json.ts";
import type { Kinds } from "./kinds.ts";
import { kindsOf } from "./kinds.ts";
import { type ListShape, listShape } from "./lists.ts";
import { type NumberRange, numberRange } from "./numbers.ts";
import { type ObjectShape, objectShape } from "./objects.ts";
import { type Place, keywords, refuse } from "./place.ts";
import type { SchemaDocument } from "./schema-document.ts";
import { type TextShape, textShape } from "./texts.ts";

/** What values have to be that satisfy some schemas at once, kind by kind. */
export type Shape = {
  readonly kinds: Kinds;
  /**
   * The values listed one by one, if they are, by their canonical text; the rest of the shape still
   * holds.
   */
  readonly values: ReadonlyMap<string, Json> | undefined;
  readonly numbers: NumberRange;
  readonly texts: TextShape;
  readonly lists: ListShape;
  readonly objects: ObjectShape;
};

/**
 * Puts together what schemas without references ask for.
 * @throws {EngineError} 400 for keywords that are used wrongly.
 */
export function shapeOf(document: SchemaDocument, places: readonly Place[]): Shape {
  return {
    kinds: kindsOf(places),
    values: valuesOf(places),
    numbers: numberRange(places),
    texts: textShape(places),
    lists: listShape(document, places),
    objects: objectShape(document, places),
  };
}

function valuesOf(places: readonly Place[]): ReadonlyMap<string, Json> | undefined {
  let values: ReadonlyMap<string, Json> | undefined;
  for (const place of places) {
    const schema = keywords(place);
    for (const listed of [
      schema["enum"],
      "const" in schema ? [schema["const"] ?? null] : undefined,
    ]) {
      if (listed === undefined) continue;
      if (!Array.isArray(listed)) throw refuse(place, "enum", "must be a list");
      const own = new Map(listed.map((value) => [canonical(value), value]));
      values = values ? new Map([...values].filter(([text]) => own.has(text))) : own;
    }
  }
  return values;
}

/** One text for equal values, whatever the order of their properties. */
export function canonical(value: Json): string {
  return JSON.stringify(value, (_, item: Json) => {
    if (typeof item !== "object" || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}
