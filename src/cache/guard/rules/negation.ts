import { NEGATION } from "../data/topics.ts";
import type { Term } from "../terms.ts";
import { type Case, type Rule, sameWordsOf } from "./rule.ts";

const sameNegations = sameWordsOf("negation", NEGATION);

/** What each "not" denies: the rest of its clause. */
function scopes(terms: readonly Term[]): readonly (readonly Term[])[] {
  return terms.flatMap((term, at) =>
    term.text === "not"
      ? [terms.slice(at + 1).filter((other) => other.clause === term.clause && !other.free)]
      : [],
  );
}

/**
 * "Doesn't my grid fill the page" puts the "not" before the subject, "does my grid not fill the page"
 * behind it: one scope holds the other. "Not X but Y" against "Y but not X" share nothing or differ.
 */
function sameScopes({ a, b, alignment }: Case): boolean {
  const partner = new Map(alignment.pairs.map((pair) => [pair.a, pair.b]));
  const inB = scopes(b.terms);
  return scopes(a.terms).every((scope, at) => {
    const mine = new Set(scope.map((term) => partner.get(term)));
    const theirs = inB[at] ?? [];
    const shared = theirs.filter((term) => mine.has(term)).length;
    if (scope.length === 0 || theirs.length === 0) return scope.length === theirs.length;
    return shared > 0 && (shared === scope.length || shared === theirs.length);
  });
}

const isWithout = (term: Term): boolean => /(?:^|_)(?:without|except)(?:_|$)/.test(term.prep);

/** Nothing may be denied in one text only, and each "not" must deny the same thing. */
export const negation: Rule = {
  name: "negation",
  allows: (texts) =>
    sameNegations.allows(texts) &&
    sameScopes(texts) &&
    texts.alignment.pairs.every(({ a, b }) => isWithout(a) === isWithout(b)),
};
