import { type Json, isJsonObject } from "../../json/go-json.ts";
import { accepts } from "../text/automaton.ts";
import { codePoints } from "../text/code-points.ts";
import type { Kind } from "./keywords.ts";
import type { Limit, NumberRange } from "./numbers.ts";
import { kindOfName } from "./objects.ts";
import { type Place } from "./place.ts";
import type { SchemaResolver } from "./schema-resolver.ts";
import { type Shape, canonical } from "./shape.ts";

/**
 * Validators differ, for one over the meaning of a `format`. `surely`: all of them accept a value.
 * `possibly`: at least one might.
 */
export type Reading = "surely" | "possibly";

const OPPOSITE = { surely: "possibly", possibly: "surely" } as const;

/** Whether an enumerated value satisfies other schemas as well. */
export function matchesAll(
  resolver: SchemaResolver,
  value: Json,
  places: readonly Place[],
  reading: Reading = "surely",
): boolean {
  return resolver
    .flatten(places)
    .some(
      ({ places, others }) =>
        matches(resolver, value, resolver.shapeOf(places), reading) &&
        others.every(({ options, chosen }) =>
          options.every(
            (option) =>
              option === chosen || !matchesAll(resolver, value, [option], OPPOSITE[reading]),
          ),
        ),
    );
}

/** Whether a value has this shape. */
export function matches(
  resolver: SchemaResolver,
  value: Json,
  shape: Shape,
  reading: Reading,
): boolean {
  const { kinds, values } = shape;
  if (!kinds.allowed.has(kindOf(value))) return false;
  if (values && !values.has(canonical(value))) return false;
  if (typeof value === "number") {
    return (!kinds.whole || Number.isInteger(value)) && inRange(value, shape.numbers, reading);
  }
  if (typeof value === "string") return isText(resolver, value, shape, reading);
  if (Array.isArray(value)) return isList(resolver, value, shape, reading);
  return !isJsonObject(value) || isObjectOf(resolver, value, shape, reading);
}

function isText(
  { languages, budget }: SchemaResolver,
  value: string,
  { texts }: Shape,
  reading: Reading,
) {
  const { counts } = texts;
  const { length } = codePoints(value);
  if (length < counts.min || length > counts.max) return false;
  const language =
    reading === "surely" ? languages.content(texts) : languages.possibleContent(texts);
  budget.spend(length);
  return language === undefined || accepts(language, value);
}

/** The kind of a value. */
export function kindOf(value: Json): Kind {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  const type = typeof value;
  return type === "boolean" || type === "number" || type === "string" ? type : "object";
}

/** Validators write a larger quotient with an exponent, and refuse the number. */
const MOST_TIMES = 1e21;

/** Whether a number is in a range. */
function inRange(value: number, range: NumberRange, reading: Reading): boolean {
  const { low, high } = reading === "surely" ? range : range.told;
  const beyond = (limit: Limit | undefined, sign: 1 | -1) =>
    limit !== undefined &&
    (limit.open ? sign * (value - limit.value) >= 0 : sign * (value - limit.value) > 0);
  const most = reading === "surely" ? MOST_TIMES : Infinity;
  return (
    !beyond(high, 1) &&
    !beyond(low, -1) &&
    range.multiples.every(({ of }) => Number.isInteger(value / of) && Math.abs(value / of) < most)
  );
}

function isList(
  resolver: SchemaResolver,
  value: readonly Json[],
  { lists }: Shape,
  reading: Reading,
): boolean {
  const { counts, first, rest, unique } = lists;
  return (
    value.length >= counts.min &&
    value.length <= counts.max &&
    (!unique || new Set(value.map(canonical)).size === value.length) &&
    value.every((item, index) => matchesAll(resolver, item, first[index] ?? rest, reading))
  );
}

function isObjectOf(
  resolver: SchemaResolver,
  value: { [key: string]: Json },
  { objects }: Shape,
  reading: Reading,
): boolean {
  const { counts, properties, names } = objects;
  const entries = Object.entries(value);
  return (
    entries.length >= counts.min &&
    entries.length <= counts.max &&
    [...properties.values()].every(
      ({ name, required }) => !required || Object.hasOwn(value, name),
    ) &&
    entries.every(([name, item]) => {
      const { places = [] } = properties.get(name) ?? kindOfName(objects, name) ?? {};
      return (
        matchesAll(resolver, item, places, reading) && matchesAll(resolver, name, names, reading)
      );
    })
  );
}
