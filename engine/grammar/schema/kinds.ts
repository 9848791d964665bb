import { type Kind, KINDS, KIND_OF } from "./keywords.ts";
import { type Place, keywords, refuse } from "./place.ts";

/** The kinds of value that some schemas allow. */
export type Kinds = {
  readonly allowed: ReadonlySet<Kind>;
  /**
   * The kinds that an answer may have. Where no `type` is given these are the kinds that the other
   * keywords are about: a schema with `properties` alone allows a number, but does not mean one.
   */
  readonly meant: ReadonlySet<Kind>;
  /** Numbers are whole ones only. */
  readonly whole: boolean;
};

/**
 * The kinds of `places`; `spoken` are the kinds that their keywords are about.
 * @throws {EngineError} 400 for a `type` that JSON does not have.
 */
export function kindsOf(places: readonly Place[], spoken: ReadonlySet<Kind>): Kinds {
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
  const told = spoken.size > 0 ? spoken : new Set(KINDS);
  return { allowed, meant: given ? allowed : told, whole };
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

/** The kinds that the keywords of some schemas are about. */
export function spokenOf(places: readonly Place[]): ReadonlySet<Kind> {
  const found = new Set<Kind>();
  for (const place of places) {
    for (const keyword of Object.keys(keywords(place))) {
      const kind = KIND_OF.get(keyword);
      if (kind) found.add(kind);
    }
  }
  return found;
}
