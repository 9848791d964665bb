import type { CompileContext } from "./compile-context.ts";
import { CONSTRAINTS } from "./keywords.ts";
import { type Place, keywords, refuse } from "./place.ts";
import type { SchemaDocument } from "./schema-document.ts";

/** One way to satisfy some schemas: all of `places` hold, and none of them refers to others. */
export type Branch = {
  readonly places: readonly Place[];
  readonly others: readonly Others[];
};

/** A choice at a `oneOf`: the chosen branch holds, and none of the others may. */
export type Others = {
  readonly at: Place;
  readonly options: readonly Place[];
  readonly chosen: Place;
};

type Choice = {
  readonly keyword: "anyOf" | "oneOf";
  readonly at: Place;
  readonly trail: Trail;
  readonly options: readonly Place[];
};
/** The chain of references that led to a schema, at the same place of the answer. */
type Trail = { readonly place: Place; readonly before: Trail | undefined; readonly length: number };
type State = {
  /** A stack: the next schema is the last one. */
  readonly pending: Trail[];
  readonly seen: Set<Place>;
  /** The schemas that limit values, with the references that led to them. */
  readonly found: Trail[];
  readonly choices: Choice[];
  readonly others: Branch["others"];
};

const MAX_BRANCHES = 1_000;
const MAX_TRAIL = 100;
/** Steps of looking at one schema, and of copying a schema that was found when a choice splits. */
const SCHEMA_STEPS = 30;
const COPY_STEPS = 2;

/** Keywords whose conditions a grammar cannot express. */
const REFUSED = [
  "if",
  "contains",
  "dependentRequired",
  "dependentSchemas",
  "dependencies",
  "$dynamicRef",
  "$recursiveRef",
] as const;

/**
 * Resolves `$ref`, `allOf`, `anyOf` and `oneOf` of schemas that all have to hold. Returns every way
 * to satisfy them; none when there is none.
 * @throws {EngineError} 400 for what refers to itself without end, or cannot be enforced.
 * @throws {TooComplexError}
 */
export function flatten(context: CompileContext, places: readonly Place[]): Branch[] {
  const branches: Branch[] = [];
  const states: State[] = [
    {
      pending: places.map((place) => ({ place, before: undefined, length: 1 })).toReversed(),
      seen: new Set(),
      found: [],
      choices: [],
      others: [],
    },
  ];
  for (const state of states) {
    if (!settle(context, state)) continue;
    const [choice, ...choices] = state.choices;
    if (!choice) {
      for (const trail of state.found) checkUnevaluated(trail, state.found);
      branches.push({ places: state.found.map(({ place }) => place), others: state.others });
      continue;
    }
    if (states.length + choice.options.length > MAX_BRANCHES) {
      throw refuse(choice.at, choice.keyword, `makes more than ${MAX_BRANCHES} combinations`);
    }
    const copied = state.found.length + state.seen.size + choices.length;
    context.budget.spend(choice.options.length * (SCHEMA_STEPS + COPY_STEPS * copied));
    states.push(...choose(state, choice, choices));
  }
  return branches;
}

function choose(state: State, choice: Choice, choices: readonly Choice[]): State[] {
  const { at, keyword, trail, options } = choice;
  return options.map((chosen) => ({
    pending: [follow(chosen, trail)],
    seen: new Set(state.seen),
    found: [...state.found],
    choices: [...choices],
    others: keyword === "anyOf" ? state.others : [...state.others, { at, options, chosen }],
  }));
}

/** Follows the references that hold in every case; `false` when nothing can satisfy them. */
function settle(context: CompileContext, state: State): boolean {
  const { document, budget } = context;
  for (let trail = state.pending.pop(); trail; trail = state.pending.pop()) {
    const { place } = trail;
    if (place.schema === false) return false;
    if (place.schema === true || state.seen.has(place)) continue;
    budget.spend(SCHEMA_STEPS);
    state.seen.add(place);
    const { schema } = place;
    checkKeywords(place);
    if (schema["not"] === true || isEmpty(schema["not"])) return false;
    if (Object.keys(schema).some((keyword) => CONSTRAINTS.has(keyword))) state.found.push(trail);
    const next = [...referred(document, place), ...document.list(place, "allOf")];
    for (const target of next.toReversed()) {
      checkTrail(state, target, trail);
      state.pending.push(follow(target, trail));
    }
    for (const keyword of ["anyOf", "oneOf"] as const) {
      if (schema[keyword] === undefined) continue;
      const options = document.list(place, keyword);
      budget.spend(options.length);
      for (const option of options) checkTrail(state, option, trail);
      state.choices.push({ keyword, at: place, trail, options });
    }
  }
  return true;
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

function referred(document: SchemaDocument, place: Place): Place[] {
  const { $ref } = keywords(place);
  if ($ref === undefined) return [];
  if (typeof $ref !== "string") throw refuse(place, "$ref", "must be a text");
  return [document.target(place, $ref)];
}

const follow = (place: Place, before: Trail): Trail => ({
  place,
  before,
  length: before.length + 1,
});

/** Only a schema that was seen before can refer to itself. */
function checkTrail({ seen }: State, target: Place, trail: Trail): void {
  const { place } = trail;
  if (seen.has(target) && ledFrom(trail, target)) {
    throw refuse(place, referring(place), "refers to itself without end");
  }
  if (trail.length > MAX_TRAIL) throw refuse(place, referring(place), "refers too far");
}

function ledFrom(trail: Trail, place: Place): boolean {
  for (let at: Trail | undefined = trail; at; at = at.before) if (at.place === place) return true;
  return false;
}

/** Keywords that count as evaluation for `unevaluated…`. */
const EVALUATED = {
  unevaluatedProperties: ["properties", "patternProperties", "additionalProperties"],
  unevaluatedItems: ["items", "prefixItems", "additionalItems"],
} as const;

/**
 * `unevaluated…` sees its own schema and those that it refers to. Other schemas at the same place
 * it does not see, and forbids what they describe.
 */
function checkUnevaluated({ place }: Trail, found: readonly Trail[]): void {
  for (const keyword of ["unevaluatedProperties", "unevaluatedItems"] as const) {
    const value = keywords(place)[keyword];
    if (value === undefined || value === true) continue;
    const unseen = found.find(
      (trail) =>
        !ledFrom(trail, place) &&
        EVALUATED[keyword].some((evaluated) => keywords(trail.place)[evaluated] !== undefined),
    );
    if (!unseen) continue;
    const advice = "put it where it includes that";
    throw refuse(place, keyword, `does not see #${unseen.place.pointer}: ${advice}`);
  }
}

/** The keyword by which a schema refers to others. */
function referring(place: Place): string {
  const known = ["$ref", "allOf", "anyOf", "oneOf"];
  return known.find((keyword) => keyword in keywords(place)) ?? "$ref";
}

function checkKeywords(place: Place): void {
  const schema = keywords(place);
  const { not } = schema;
  for (const keyword of REFUSED) {
    if (schema[keyword] === undefined) continue;
    if (keyword === "if" && schema["then"] === undefined && schema["else"] === undefined) continue;
    throw refuse(place, keyword, "cannot be enforced by a grammar");
  }
  if (not !== undefined && typeof not !== "boolean" && !isEmpty(not)) {
    throw refuse(place, "not", "cannot be enforced by a grammar");
  }
}
