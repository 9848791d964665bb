import { type Automaton, accepts, anyText, complement, isEmpty } from "../text/automaton.ts";
import type { CompileContext } from "./compile-context.ts";
import { ANY_COUNT, type Counts, countsOf } from "./counts.ts";
import { type Place, isNothing, keywords, refuse } from "./place.ts";

/** A declared property, and the schemas that its value has to satisfy. */
export type Property = {
  readonly name: string;
  readonly places: readonly Place[];
  readonly required: boolean;
};

/** Undeclared names that match the same patterns. */
export type OtherNames = {
  /** `undefined`: every name. */
  readonly names: Automaton | undefined;
  /** The schemas that the values of such names have to satisfy. */
  readonly places: readonly Place[];
  /**
   * Whether an answer may have them. Where properties or patterns are declared, other names are
   * written only if `additionalProperties` describes them.
   */
  readonly written: boolean;
};

/** The constraints on objects. */
export type ObjectShape = {
  readonly counts: Counts;
  /** By name, in the order they are declared. */
  readonly properties: ReadonlyMap<string, Property>;
  /** All undeclared names, in classes without overlap. */
  readonly others: readonly OtherNames[];
  /** The schemas that names have to satisfy. */
  readonly names: readonly Place[];
};

export const ANY_OBJECT: ObjectShape = {
  counts: ANY_COUNT,
  properties: new Map(),
  others: [{ names: undefined, places: [], written: true }],
  names: [],
};

/** The properties of an object that one schema describes. */
type Source = {
  readonly properties: ReadonlyMap<string, Place>;
  readonly patterns: readonly Pattern[];
  readonly additional: Place | undefined;
};
type Pattern = { readonly language: Automaton; readonly at: Place; readonly place: Place };

/** Classes of other names; where names of several classes begin alike, all are read at once. */
const MAX_NAME_CLASSES = 32;

/** The constraints that all of `places` put on an object. @throws {EngineError} 400 */
export function objectShape(context: CompileContext, places: readonly Place[]): ObjectShape {
  const sources = places.map((place) => sourceOf(context, place));
  const rest = places.flatMap((place) => below(context, place, "unevaluatedProperties"));
  const required = new Set(places.flatMap(requiredNames));
  return {
    counts: countsOf(places, "minProperties", "maxProperties"),
    properties: propertiesOf(context, { sources, required, rest }),
    others: otherNames(context, sources, required.size > 0, rest),
    names: places.flatMap((place) => below(context, place, "propertyNames")),
  };
}

/** The class of an undeclared name. */
export function kindOfName({ others }: ObjectShape, name: string): OtherNames | undefined {
  return others.find(({ names }) => !names || accepts(names, name));
}

function sourceOf(context: CompileContext, place: Place): Source {
  const patterns = [...context.document.named(place, "patternProperties")];
  return {
    properties: context.document.named(place, "properties"),
    patterns: patterns.map(([source, target]) => ({
      language: context.languages.pattern(source, place, "patternProperties"),
      at: place,
      place: target,
    })),
    additional: below(context, place, "additionalProperties")[0],
  };
}

function propertiesOf(
  { budget }: CompileContext,
  parts: { sources: readonly Source[]; required: ReadonlySet<string>; rest: readonly Place[] },
): Map<string, Property> {
  const { sources, required, rest } = parts;
  const declared = new Map<string, Place[]>();
  for (const { properties } of sources) {
    for (const [name, place] of properties) {
      const known = declared.get(name);
      if (known) known.push(place);
      else declared.set(name, [place]);
    }
  }
  for (const name of required) if (!declared.has(name)) declared.set(name, []);
  const broad = sources.filter(({ patterns, additional }) => patterns.length > 0 || additional);
  const all = [...declared].map(([name, places]): [string, Property] => {
    const more = broad.flatMap((source) => {
      budget.spend(4 + source.patterns.length * (4 + name.length));
      const matched = source.patterns.filter(({ language }) => accepts(language, name));
      const open = matched.length === 0 && !source.properties.has(name);
      return open ? (source.additional ?? []) : matched.map(({ place }) => place);
    });
    const found = [...places, ...more];
    return [name, { name, places: found.length > 0 ? found : rest, required: required.has(name) }];
  });
  return new Map(all);
}

/** A set of names, and the patterns that all of them match. */
type NameClass = { readonly names: Automaton | undefined; readonly matched: readonly Pattern[] };

/** The names that no property declares, in classes that match the same patterns. */
function otherNames(
  context: CompileContext,
  sources: readonly Source[],
  anyRequired: boolean,
  rest: readonly Place[],
): OtherNames[] {
  const patterns = sources.flatMap((source) => source.patterns);
  const declaresNone =
    !anyRequired &&
    patterns.length === 0 &&
    sources.every(({ properties }) => properties.size === 0);
  return nameClasses(context, patterns).map(({ names, matched }) => {
    const found = sources.flatMap((source) => {
      const own = source.patterns.filter((pattern) => matched.includes(pattern));
      return own.length > 0 ? own.map(({ place }) => place) : (source.additional ?? []);
    });
    const places = found.length > 0 ? found : rest;
    const written = (places.length > 0 || declaresNone) && !places.some(isNothing);
    return { names, places, written };
  });
}

/** Splits all names by one pattern after the other. */
function nameClasses(
  { languages, budget }: CompileContext,
  patterns: readonly Pattern[],
): NameClass[] {
  let classes: NameClass[] = [{ names: undefined, matched: [] }];
  for (const pattern of patterns) {
    const { language, at } = pattern;
    classes = languages.guard(at, "patternProperties", () => {
      const without = complement(language, budget);
      return classes.flatMap((one): NameClass[] => {
        const { names = anyText, matched } = one;
        const inside = languages.both(names, language);
        if (isEmpty(inside)) return [one];
        const outside = languages.both(names, without);
        const found = { names: inside, matched: [...matched, pattern] };
        return isEmpty(outside) ? [found] : [found, { names: outside, matched }];
      });
    });
    if (classes.length > MAX_NAME_CLASSES) {
      const limit = `tells apart more than ${MAX_NAME_CLASSES} kinds of names`;
      throw refuse(at, "patternProperties", limit);
    }
  }
  return classes;
}

function below({ document }: CompileContext, place: Place, keyword: string): Place[] {
  return keywords(place)[keyword] === undefined ? [] : [document.below(place, keyword)];
}

function requiredNames(place: Place): string[] {
  const { required } = keywords(place);
  // Before draft 4 `required` was a boolean in the property itself.
  if (required === undefined || typeof required === "boolean") return [];
  if (Array.isArray(required) && required.every((name) => typeof name === "string")) {
    return required;
  }
  throw refuse(place, "required", "must be a list of names");
}
