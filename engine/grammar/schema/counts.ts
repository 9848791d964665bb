import { type Place, keywords, refuse } from "./place.ts";

/** The least and the largest number of items, properties or characters; `Infinity` for no end. */
export type Counts = { readonly min: number; readonly max: number };

export const ANY_COUNT: Counts = { min: 0, max: Infinity };

/**
 * The longest string where the schema sets no limit, in characters: about half of what the default
 * context holds. It leads a small model that goes round in circles out of the string.
 */
export const MAX_FREE_CHARS = 8_192;
/** The longest property name where the schema sets no limit, in characters. */
export const MAX_KEY_CHARS = 64;

/** The counts that all of `places` allow. @throws {EngineError} 400 for what counts nothing. */
export function countsOf(places: readonly Place[], least: string, most: string): Counts {
  const mins = places.map((place) => count(place, least) ?? 0);
  const maxs = places.map((place) => count(place, most) ?? Infinity);
  return { min: Math.max(0, ...mins), max: Math.min(Infinity, ...maxs) };
}

function count(place: Place, keyword: string): number | undefined {
  const value = keywords(place)[keyword];
  if (value === undefined) return undefined;
  if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
  throw refuse(place, keyword, "must be a whole number, 0 or more");
}
