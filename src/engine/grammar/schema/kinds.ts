import { type Kind, KINDS, KIND_KEYWORDS } from "./keywords.ts";
import { type Place, keywords, refuse } from "./place.ts";

/** The kinds of value that some schemas allow. */
export type Kinds = {
  readonly allowed: ReadonlySet<Kind>;
  /**
   * Those an answer may have: where no `type` is given, what the other keywords speak of. A schema
   * with `properties` alone allows a number, but does not mean one.
   */
  readonly meant: ReadonlySet<Kind>;
  /** Of numbers only whole ones. */
  readonly whole: boolean;
};

/** @throws {EngineError} 400 for a `type` that JSON does not have. */
export function kindsOf(places: readonly Place[]): Kinds {
  const allowed = new Set<Kind>(KINDS);
  let whole = false;
  let given = false;
  for (const place of places) {
    const names = typeNames(place);
    if (!names) continue;
    given = true;
    whole ||= names.has("integer") && !names.has("number");
    for (const kind of KINDS) {
      const fits = names.has(kind) || (kind === "number" && names.has("integer"));
      if (!fits) allowed.delete(kind);
    }
  }
  return { allowed, meant: given ? allowed : spokenOf(places), whole };
}

function typeNames(place: Place): Set<string> | undefined {
  const { type, nullable } = keywords(place);
  if (type === undefined) return undefined;
  const names = Array.isArray(type) ? type : [type];
  for (const name of names) {
    if (typeof name === "string" && ([...KINDS, "integer"] as string[]).includes(name)) continue;
    throw refuse(place, "type", `is unknown: ${JSON.stringify(name)}`);
  }
  return new Set([...(names as string[]), ...(nullable === true ? ["null"] : [])]);
}

function spokenOf(places: readonly Place[]): ReadonlySet<Kind> {
  const found = KINDS.filter((kind) =>
    KIND_KEYWORDS[kind].some((keyword) =>
      places.some((place) => keywords(place)[keyword] !== undefined),
    ),
  );
  return new Set(found.length > 0 ? found : KINDS);
}
