import { CONSTRAINTS } from "./keywords.ts";
import { type Place, keywords, refuse } from "./place.ts";
import type { SchemaDocument } from "./schema-document.ts";

/**
 * One way to satisfy some schemas at a place: all of `places` hold, none of which refers to others
 * any more.
 */
export type Branch = {
  readonly places: readonly Place[];
  /** The other branches of a `oneOf`, which must not hold as well. */
  readonly others: readonly { readonly at: Place; readonly place: Place }[];
};

type Choice = {
  readonly keyword: "anyOf" | "oneOf";
  readonly at: Place;
  readonly trail: Trail;
  readonly options: readonly Place[];
};
/** The schemas that led to one another at the same place of the answer. */
type Trail = { readonly place: Place; readonly before: Trail | undefined };
type State = {
  /** The next one last. */
  readonly pending: Trail[];
  readonly seen: Set<Place>;
  readonly places: Place[];
  readonly choices: Choice[];
  readonly others: Branch["others"];
};

const MAX_BRANCHES = 1_000;
const MAX_TRAIL = 100;

/** Keywords that forbid or compare in ways no grammar can say. */
const REFUSED = [
  "if",
  "contains",
  "patternProperties",
  "dependentRequired",
  "dependentSchemas",
  "dependencies",
  "$dynamicRef",
  "$recursiveRef",
] as const;

/**
 * Resolves `$ref`, `allOf`, `anyOf` and `oneOf` of schemas that all have to hold: every way to
 * satisfy them, none when there is none.
 * @throws {EngineError} 400 for what refers to itself without end, or cannot be enforced.
 */
export function flatten(document: SchemaDocument, places: readonly Place[]): Branch[] {
  const branches: Branch[] = [];
  const states: State[] = [
    {
      pending: places.map((place) => ({ place, before: undefined })).toReversed(),
      seen: new Set(),
      places: [],
      choices: [],
      others: [],
    },
  ];
  for (const state of states) {
    if (!settle(document, state)) continue;
    const [choice, ...choices] = state.choices;
    if (!choice) {
      branches.push({ places: state.places, others: state.others });
      continue;
    }
    states.push(...choose(state, choice, choices));
    if (states.length > MAX_BRANCHES) {
      throw refuse(choice.at, choice.keyword, `makes more than ${MAX_BRANCHES} combinations`);
    }
  }
  return branches;
}

function choose(state: State, choice: Choice, choices: readonly Choice[]): State[] {
  const { at, keyword, trail, options } = choice;
  return options.map((option) => ({
    pending: [{ place: option, before: trail }],
    seen: new Set(state.seen),
    places: [...state.places],
    choices: [...choices],
    others:
      keyword === "anyOf"
        ? state.others
        : [
            ...state.others,
            ...options.filter((other) => other !== option).map((place) => ({ at, place })),
          ],
  }));
}

/** Follows what has to hold in any case; `false` when nothing can satisfy it. */
function settle(document: SchemaDocument, state: State): boolean {
  for (let trail = state.pending.pop(); trail; trail = state.pending.pop()) {
    const { place } = trail;
    if (place.schema === false) return false;
    if (place.schema === true || state.seen.has(place)) continue;
    state.seen.add(place);
    const { schema } = place;
    checkKeywords(place);
    if (schema["not"] === true || isEmpty(schema["not"])) return false;
    if (CONSTRAINTS.some((keyword) => schema[keyword] !== undefined)) state.places.push(place);
    const next = [...referred(document, place), ...document.list(place, "allOf")];
    const trails = next.map((target) => follow(target, trail, place));
    state.pending.push(...trails.toReversed());
    for (const keyword of ["anyOf", "oneOf"] as const) {
      if (schema[keyword] === undefined) continue;
      const options = document.list(place, keyword);
      for (const option of options) follow(option, trail, place);
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

function follow(place: Place, before: Trail, from: Place): Trail {
  let length = 0;
  for (let trail: Trail | undefined = before; trail; trail = trail.before) {
    length += 1;
    if (trail.place === place) throw refuse(from, named(from), "refers to itself without end");
    if (length > MAX_TRAIL) throw refuse(from, named(from), "refers too far");
  }
  return { place, before };
}

function named(place: Place): string {
  const known = ["$ref", "allOf", "anyOf", "oneOf"];
  return known.find((keyword) => keyword in keywords(place)) ?? "$ref";
}

function checkKeywords(place: Place): void {
  const schema = keywords(place);
  const { not, uniqueItems, maxItems } = schema;
  for (const keyword of REFUSED) {
    if (schema[keyword] === undefined) continue;
    if (keyword === "if" && schema["then"] === undefined && schema["else"] === undefined) continue;
    throw refuse(place, keyword, "cannot be enforced by a grammar");
  }
  if (not !== undefined && typeof not !== "boolean" && !isEmpty(not)) {
    throw refuse(place, "not", "cannot be enforced by a grammar");
  }
  if (uniqueItems === true && !(typeof maxItems === "number" && maxItems < 2)) {
    throw refuse(place, "uniqueItems", "cannot be enforced by a grammar");
  }
}
