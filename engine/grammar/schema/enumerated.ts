import type { Json } from "../../json/go-json.ts";
import { matchesAll } from "./matches.ts";
import type { NumberRange } from "./numbers.ts";
import type { Place } from "./place.ts";
import type { SchemaResolver } from "./schema-resolver.ts";
import { type Shape, canonical } from "./shape.ts";

/** The largest range of whole numbers that is enumerated. */
const MAX_NUMBERS = 128;

/**
 * All values that satisfy some schemas, by their canonical text, where the schemas enumerate them:
 * by `enum` and `const`, as booleans, or as whole numbers of a small range. `undefined` elsewhere.
 */
export function enumeratedValues(
  resolver: SchemaResolver,
  places: readonly Place[],
): ReadonlyMap<string, Json> | undefined {
  const all = new Map<string, Json>();
  for (const branch of resolver.flatten(places)) {
    const values = valuesOf(resolver.shapeOf(branch.places));
    if (!values) return undefined;
    for (const value of values) {
      if (matchesAll(resolver, value, places)) all.set(canonical(value), value);
    }
  }
  return all;
}

function valuesOf({ values, kinds, numbers }: Shape): readonly Json[] | undefined {
  if (values) return [...values.values()];
  const found: Json[] = [];
  for (const kind of kinds.meant) {
    if (kind === "null") found.push(null);
    else if (kind === "boolean") found.push(true, false);
    else {
      const whole = kind === "number" && kinds.whole ? wholeNumbers(numbers) : undefined;
      if (!whole) return undefined;
      found.push(...whole);
    }
  }
  return found;
}

function wholeNumbers({ low, high }: NumberRange): number[] | undefined {
  if (!low || !high) return undefined;
  const first = Math.ceil(low.value);
  const count = Math.floor(high.value) - first + 1;
  if (count > MAX_NUMBERS || !Number.isSafeInteger(first)) return undefined;
  return Array.from({ length: Math.max(0, count) }, (_, index) => first + index);
}
