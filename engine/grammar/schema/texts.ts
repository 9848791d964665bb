import { ANY_COUNT, type Counts, countsOf } from "./counts.ts";
import { type Place, keywords, refuse } from "./place.ts";

/** The constraints on strings. */
export type TextShape = {
  /** In code points. */
  readonly counts: Counts;
  readonly patterns: readonly { readonly source: string; readonly place: Place }[];
  readonly formats: readonly string[];
};

export const ANY_TEXT: TextShape = { counts: ANY_COUNT, patterns: [], formats: [] };

/** The constraints that all of `places` put on a string. @throws {EngineError} 400 */
export function textShape(places: readonly Place[]): TextShape {
  const patterns = places.flatMap((place) => {
    const { pattern } = keywords(place);
    if (pattern === undefined) return [];
    if (typeof pattern !== "string") throw refuse(place, "pattern", "must be a text");
    return [{ source: pattern, place }];
  });
  const formats = places.flatMap((place) => {
    const { format } = keywords(place);
    return typeof format === "string" ? [format] : [];
  });
  return { counts: countsOf(places, "minLength", "maxLength"), patterns, formats };
}
