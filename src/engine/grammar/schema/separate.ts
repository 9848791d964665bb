import { disjoint } from "./disjoint.ts";
import type { Branch } from "./flatten.ts";
import { matchesAll } from "./matches.ts";
import { type Place, refuse } from "./place.ts";
import type { Shape } from "./shape.ts";
import type { Tools } from "./tools.ts";

const NOTHING: Place = { schema: false, pointer: "" };

/**
 * The shape of a branch, made narrow enough that none of the other branches of a `oneOf` holds as
 * well: listed values they allow are gone, so are optional properties that only they need.
 * @throws {EngineError} 400 where the branches cannot be told apart.
 */
export function separate(tools: Tools, { places, others }: Branch): Shape {
  let shape = tools.shapeOf(places);
  for (const { at, place } of others) {
    const { values } = shape;
    if (values) {
      const kept = [...values].filter(([, value]) => !matchesAll(tools, value, [place]));
      shape = { ...shape, values: new Map(kept) };
      continue;
    }
    if (disjoint(tools, shape, [place])) continue;
    const narrow = withoutNeeded(tools, shape, place);
    if (!disjoint(tools, narrow, [place])) {
      const where = `#${place.pointer}`;
      throw refuse(at, "oneOf", `has branches that may hold at once, ${where} and another one`);
    }
    shape = narrow;
  }
  return shape;
}

function withoutNeeded(tools: Tools, shape: Shape, other: Place): Shape {
  const needed = new Set<string>();
  for (const { places } of tools.flatten([other])) {
    const optional = tools
      .shapeOf(places)
      .objects.properties.find(
        ({ name, required }) =>
          required && !shape.objects.properties.some((own) => own.name === name && own.required),
      );
    if (optional) needed.add(optional.name);
  }
  const properties = shape.objects.properties.filter(({ name }) => !needed.has(name));
  const gone = [...needed].map((name) => ({ name, places: [NOTHING], required: false }));
  return { ...shape, objects: { ...shape.objects, properties: [...properties, ...gone] } };
}
