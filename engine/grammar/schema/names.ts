import { type Automaton, ofWords, union } from "../text/automaton.ts";
import { MAX_KEY_CHARS } from "./counts.ts";
import { matchesAll } from "./matches.ts";
import { type ObjectShape, type OtherNames, type Property, kindOfName } from "./objects.ts";
import { NOTHING, type Place, refuse } from "./place.ts";
import type { SchemaResolver } from "./schema-resolver.ts";

/**
 * Applies `propertyNames` to an object. Declared names that it rules out are removed, enumerated
 * names are declared, and all others are of its language.
 * @throws {EngineError} 400 for a language that is too large.
 */
export function limitNames(resolver: SchemaResolver, objects: ObjectShape): ObjectShape {
  const [at] = objects.names;
  if (!at) return objects;
  const properties = new Map(
    [...objects.properties].map(([name, property]): [string, Property] => {
      const fits = matchesAll(resolver, name, objects.names);
      return [name, fits ? property : { ...property, places: [NOTHING] }];
    }),
  );
  const rest = { ...objects, properties, names: [] };
  const listed = listedNames(resolver, objects.names);
  if (listed) return declare(rest, listed);
  const { languages } = resolver;
  const others = languages.guard(at, "propertyNames", () => {
    const language = namesLanguage(resolver, objects.names);
    return objects.others.map((kind): OtherNames => ({
      ...kind,
      names: kind.names ? languages.both(kind.names, language) : language,
    }));
  });
  return { ...rest, others };
}

/** The names that satisfy some schemas; `undefined` where the schemas do not enumerate them. */
function listedNames(resolver: SchemaResolver, places: readonly Place[]): string[] | undefined {
  const names = resolver.flatten(places).map((branch) => {
    const { kinds, values } = resolver.shapeOf(branch.places);
    return kinds.allowed.has("string") ? values && [...values.values()] : [];
  });
  if (names.includes(undefined)) return undefined;
  return names
    .flatMap((values) => values ?? [])
    .filter((name) => typeof name === "string")
    .filter((name) => matchesAll(resolver, name, places));
}

function namesLanguage(resolver: SchemaResolver, places: readonly Place[]): Automaton {
  const parts = resolver.flatten(places).map((branch) => {
    const shape = resolver.shapeOf(branch.places);
    const [at = NOTHING] = branch.places;
    const [other] = branch.others;
    if (other) throw refuse(other.at, "oneOf", "cannot tell names apart: use anyOf, or list them");
    if (!shape.kinds.allowed.has("string")) return ofWords([], resolver.budget);
    if (shape.values) {
      const words = [...shape.values.values()].filter((value) => typeof value === "string");
      const fits = words.filter((word) => matchesAll(resolver, word, branch.places));
      return ofWords(fits, resolver.budget);
    }
    const { min, max } = shape.texts.counts;
    const most = Math.min(max, Math.max(min, MAX_KEY_CHARS));
    const counts = max < Infinity ? { min, max: most } : shape.texts.counts;
    return resolver.languages.sizedText({ ...shape.texts, counts }, at);
  });
  const [only] = parts;
  return only && parts.length === 1 ? only : union(parts, resolver.budget);
}

function declare(objects: ObjectShape, names: readonly string[]): ObjectShape {
  const properties = new Map(objects.properties);
  for (const name of names) {
    const kind = kindOfName(objects, name);
    if (properties.has(name) || !kind?.written) continue;
    properties.set(name, { name, places: kind.places, required: false });
  }
  return { ...objects, properties, others: [] };
}
