import type { Automaton } from "../text/automaton.ts";
import { matches } from "./matches.ts";
import type { ObjectShape } from "./objects.ts";
import { type Place, refuse } from "./place.ts";
import type { Shape } from "./shape.ts";
import type { Tools } from "./tools.ts";

/** What `propertyNames` makes of an object's properties. */
export type NamedShape = { readonly objects: ObjectShape; readonly names: Automaton | undefined };

/**
 * Holds the names of an object to `propertyNames`: declared ones that it rules out are gone, listed
 * ones are declared.
 * @throws {EngineError} 400 for what is more than one rule for texts.
 */
export function limitNames(tools: Tools, objects: ObjectShape): NamedShape {
  const [at] = objects.names;
  if (!at) return { objects, names: undefined };
  const [branch, ...more] = tools.flatten(objects.names);
  if (more.length > 0) throw refuse(at, "propertyNames", "can only be one rule for texts");
  const shape = branch && tools.shapeOf(branch.places);
  const fits = (name: string) => shape !== undefined && matches(tools, name, shape);
  const properties = objects.properties.map((property) =>
    fits(property.name) ? property : { ...property, places: [NOTHING] },
  );
  const rest = { ...objects, properties };
  if (!shape || !shape.kinds.allowed.has("string")) {
    return { objects: { ...rest, additional: undefined }, names: undefined };
  }
  if (!shape.values) return { objects: rest, names: languageOf(tools, shape, at) };
  const listed = [...shape.values.values()].filter(isText).filter(fits);
  return { objects: declare(rest, listed), names: undefined };
}

const NOTHING: Place = { schema: false, pointer: "" };
const isText = (value: unknown): value is string => typeof value === "string";

function languageOf(tools: Tools, shape: Shape, at: Place): Automaton | undefined {
  const language = tools.languages.sized(shape.texts, at);
  const { min, max } = shape.texts.counts;
  if (!language && (min > 0 || max < Infinity)) {
    throw refuse(at, "propertyNames", "can only limit the length of names beside a pattern");
  }
  return language;
}

function declare(objects: ObjectShape, names: readonly string[]): ObjectShape {
  const known = new Set(objects.properties.map(({ name }) => name));
  const places = objects.additional;
  const added = places ? names.filter((name) => !known.has(name)) : [];
  const declared = added.map((name) => ({ name, places: places ?? [], required: false }));
  return { ...objects, properties: [...objects.properties, ...declared], additional: undefined };
}
