import type { Property } from "./objects.ts";
import type { SchemaResolver } from "./schema-resolver.ts";
import type { Shape } from "./shape.ts";

/**
 * How many branches of a choice may be parsed side by side over more than a few characters. These
 * are lists, and objects that no enumerated value near their beginning tells apart.
 */
export function ambiguousBranches(resolver: SchemaResolver, shapes: readonly Shape[]): number {
  const lists = shapes.filter(({ values, kinds }) => !values && kinds.meant.has("array"));
  const objects = shapes.filter(({ values, kinds }) => !values && kinds.meant.has("object"));
  return Math.max(1, lists.length, toldApart(resolver, objects) ? 1 : objects.length);
}

/**
 * Whether each object has another value in one property, before any property that can be nested.
 */
function toldApart(resolver: SchemaResolver, shapes: readonly Shape[]): boolean {
  const early = shapes.map(({ objects }) => markers(resolver, objects.properties));
  const [first, ...rest] = early;
  if (!first) return true;
  return [...first].some(([name, own]) => {
    const seen = new Set(own);
    return rest.every((others) => {
      const values = others.get(name);
      if (!values || values.some((value) => seen.has(value))) return false;
      for (const value of values) seen.add(value);
      return true;
    });
  });
}

/** The enumerated values of properties that are always written, and stand before nested ones. */
function markers(
  resolver: SchemaResolver,
  properties: ReadonlyMap<string, Property>,
): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const { name, places, required } of properties.values()) {
    const shapes = resolver.flatten(places).map((branch) => resolver.shapeOf(branch.places));
    if (required && shapes.every(({ values }) => values)) {
      found.set(
        name,
        shapes.flatMap(({ values }) => [...(values?.keys() ?? [])]),
      );
    }
    const nested = shapes.some(({ values, kinds }) => {
      return !values && (kinds.meant.has("array") || kinds.meant.has("object"));
    });
    if (nested) break;
  }
  return found;
}
