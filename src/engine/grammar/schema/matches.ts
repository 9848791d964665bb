import type { Json } from "../../http/go-json.ts";
import { accepts } from "../text/automaton.ts";
import { codePoints } from "../text/code-points.ts";
import type { Kind } from "./keywords.ts";
import type { Limit, NumberRange } from "./numbers.ts";
import { type Place, isObject } from "./place.ts";
import { type Shape, canonical } from "./shape.ts";
import type { Tools } from "./tools.ts";

/** Whether a value that a schema lists itself satisfies other schemas as well. */
export function matchesAll(tools: Tools, value: Json, places: readonly Place[]): boolean {
  return tools
    .flatten(places)
    .some(
      ({ places, others }) =>
        matches(tools, value, tools.shapeOf(places)) &&
        others.every(({ place }) => !matchesAll(tools, value, [place])),
    );
}

/** Whether a value has this shape. */
export function matches(tools: Tools, value: Json, shape: Shape): boolean {
  const { kinds, values } = shape;
  if (!kinds.allowed.has(kindOf(value))) return false;
  if (values && !values.has(canonical(value))) return false;
  if (typeof value === "number") {
    return (!kinds.whole || Number.isInteger(value)) && inRange(value, shape.numbers);
  }
  if (typeof value === "string") {
    const { counts } = shape.texts;
    const { length } = codePoints(value);
    const language = tools.languages.content(shape.texts);
    const fits = language === undefined || accepts(language, value);
    return fits && length >= counts.min && length <= counts.max;
  }
  if (Array.isArray(value)) return isList(tools, value, shape);
  return !isObject(value) || isObjectOf(tools, value, shape);
}

/** The kind of a value. */
export function kindOf(value: Json): Kind {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  const type = typeof value;
  return type === "boolean" || type === "number" || type === "string" ? type : "object";
}

/** Whether a number is in a range. */
export function inRange(value: number, { low, high, multiples }: NumberRange): boolean {
  const beyond = (limit: Limit | undefined, sign: 1 | -1) =>
    limit !== undefined &&
    (limit.open ? sign * (value - limit.value) >= 0 : sign * (value - limit.value) > 0);
  return (
    !beyond(high, 1) &&
    !beyond(low, -1) &&
    multiples.every(({ of }) => Number.isInteger(value / of))
  );
}

function isList(tools: Tools, value: readonly Json[], { lists }: Shape): boolean {
  const { counts, first, rest } = lists;
  return (
    value.length >= counts.min &&
    value.length <= counts.max &&
    value.every((item, index) => matchesAll(tools, item, first[index] ?? rest))
  );
}

function isObjectOf(tools: Tools, value: { [key: string]: Json }, { objects }: Shape): boolean {
  const { counts, properties, names } = objects;
  const entries = Object.entries(value);
  const known = new Map(properties.map((property) => [property.name, property.places]));
  return (
    entries.length >= counts.min &&
    entries.length <= counts.max &&
    properties.every(({ name, required }) => !required || Object.hasOwn(value, name)) &&
    entries.every(
      ([name, item]) =>
        matchesAll(tools, item, known.get(name) ?? objects.additional ?? []) &&
        matchesAll(tools, name, names),
    )
  );
}
