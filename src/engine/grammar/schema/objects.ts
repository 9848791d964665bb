import { type Counts, countsOf } from "./counts.ts";
import { type Place, keywords, refuse } from "./place.ts";
import type { SchemaDocument } from "./schema-document.ts";

/** A property that is known by name, and the schemas its value has to satisfy. */
export type Property = {
  readonly name: string;
  readonly places: readonly Place[];
  readonly required: boolean;
};

/** What objects have to be. */
export type ObjectShape = {
  readonly counts: Counts;
  /** In the order they are declared. */
  readonly properties: readonly Property[];
  /**
   * The schemas of properties without a name of their own; `undefined`: an answer has none. Where
   * properties are declared, others are only written when `additionalProperties` asks for them.
   */
  readonly additional: readonly Place[] | undefined;
  /** Whether a schema lets other properties through, asked for or not. */
  readonly open: boolean;
  /** The schemas that names have to satisfy. */
  readonly names: readonly Place[];
};

/** What all of `places` ask of an object. @throws {EngineError} 400 */
export function objectShape(document: SchemaDocument, places: readonly Place[]): ObjectShape {
  const declared = places.map((place) => ({
    place,
    properties: document.named(place, "properties"),
    additional: subschema(document, place, "additionalProperties"),
  }));
  const required = new Set(places.flatMap(requiredNames));
  const names = new Set([
    ...declared.flatMap(({ properties }) => [...properties.keys()]),
    ...required,
  ]);
  const asked = declared.flatMap(({ additional }) => (additional ? [additional] : []));
  const properties = [...names].map((name) => ({
    name,
    required: required.has(name),
    places: declared.flatMap(({ properties, additional }) => {
      const place = properties.get(name) ?? additional;
      return place ? [place] : [];
    }),
  }));
  const limited = places.some((place) => keywords(place)["unevaluatedProperties"] !== undefined);
  const any = names.size === 0 && !limited;
  return {
    counts: countsOf(places, "minProperties", "maxProperties"),
    properties,
    additional: asked.length > 0 || any ? asked : undefined,
    open: !limited && asked.every(({ schema }) => schema !== false),
    names: places.flatMap((place) => subschema(document, place, "propertyNames") ?? []),
  };
}

function subschema(document: SchemaDocument, place: Place, keyword: string): Place | undefined {
  return keywords(place)[keyword] === undefined ? undefined : document.below(place, keyword);
}

function requiredNames(place: Place): string[] {
  const { required } = keywords(place);
  // Before draft 4 a property said by itself, with a boolean, that it was required.
  if (required === undefined || typeof required === "boolean") return [];
  if (Array.isArray(required) && required.every((name) => typeof name === "string")) {
    return required;
  }
  throw refuse(place, "required", "must be a list of names");
}
