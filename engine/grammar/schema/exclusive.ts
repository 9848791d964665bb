import type { Json } from "../../json/go-json.ts";
import { TooComplexError } from "../text/step-budget.ts";
import { disjoint } from "./disjoint.ts";
import type { Branch, Others } from "./flatten.ts";
import { matchesAll } from "./matches.ts";
import type { Property } from "./objects.ts";
import { NOTHING, type Place, refuse } from "./place.ts";
import type { SchemaResolver } from "./schema-resolver.ts";
import type { Shape } from "./shape.ts";

/**
 * The shape of a branch, narrowed so that no other branch of a `oneOf` holds as well. Enumerated
 * values that other branches allow are removed, and so are optional properties that only they
 * require.
 * @throws {EngineError} 400 where the branches cannot be told apart.
 */
export function exclusiveShape(resolver: SchemaResolver, { places, others }: Branch): Shape {
  return others.reduce((shape, other) => {
    try {
      return shape.values
        ? { ...shape, values: onlyHere(resolver, shape.values, other) }
        : other.options
            .filter((option) => option !== other.chosen)
            .reduce(
              (narrow, option) => apartFrom(resolver, narrow, { at: other.at, option }),
              shape,
            );
    } catch (err) {
      if (!(err instanceof TooComplexError)) throw err;
      throw refuse(other.at, "oneOf", "has too many branches, or too large ones, to tell apart");
    }
  }, resolver.shapeOf(places));
}

/** The values that no other branch enumerates or allows. */
function onlyHere(
  resolver: SchemaResolver,
  values: ReadonlyMap<string, Json>,
  { options, chosen }: Others,
): Map<string, Json> {
  const { counts, open } = resolver.listedBranches(options);
  const most = open.includes(chosen) ? 0 : 1;
  const others = open.filter((option) => option !== chosen);
  const kept = [...values].filter(([text, value]) => {
    if ((counts.get(text) ?? 0) > most) return false;
    return !others.some((option) => matchesAll(resolver, value, [option], "possibly"));
  });
  return new Map(kept);
}

function apartFrom(
  resolver: SchemaResolver,
  shape: Shape,
  { at, option }: { at: Place; option: Place },
): Shape {
  if (disjoint(resolver, shape, [option])) return shape;
  const narrow = withoutNeeded(resolver, shape, option);
  if (disjoint(resolver, narrow, [option])) return narrow;
  const where = `#${option.pointer}`;
  throw refuse(at, "oneOf", `has branches that may hold at once, ${where} and another one`);
}

function withoutNeeded(resolver: SchemaResolver, shape: Shape, other: Place): Shape {
  const properties = new Map(shape.objects.properties);
  for (const { places } of resolver.flatten([other])) {
    const needed = [...resolver.shapeOf(places).objects.properties.values()].find(
      ({ name, required }) => required && !shape.objects.properties.get(name)?.required,
    );
    if (!needed) continue;
    const gone: Property = { name: needed.name, places: [NOTHING], required: false };
    properties.set(needed.name, gone);
  }
  return { ...shape, objects: { ...shape.objects, properties } };
}
