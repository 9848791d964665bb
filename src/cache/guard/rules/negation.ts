import { NEGATION } from "../data/topics.ts";
import type { Term } from "../terms.ts";
import { type Case, type Rule, sameWordsOf } from "./rule.ts";

const sameNegations = sameWordsOf("negation", NEGATION);

type Scope = { readonly asksWhy: boolean; readonly denied: readonly Term[] };

/** What each "not" denies: the rest of its clause. */
const scopes = ({ terms }: Case["a"]): readonly Scope[] =>
  terms.flatMap(({ text, clause }, at) => {
    const denied = terms.slice(at + 1).filter((other) => other.clause === clause && !other.free);
    const asksWhy = terms.some((other) => other.clause === clause && other.text === "why");
    return text === "not" ? [{ asksWhy, denied }] : [];
  });

/** "Why doesn't my grid fill the page", "why does my grid not fill the page": the subject is no part of it. */
const isSubject = (free: readonly Term[], { denied, asksWhy }: Scope): boolean =>
  asksWhy && free.every((term, at) => term === denied[at]) && free[0]?.article !== "";

/** All that one "not" denies is denied by the other, but for the subject. */
function isDeniedToo(x: Scope, y: Scope, partner: ReadonlyMap<Term, Term>): boolean {
  const free = x.denied.filter((term) => !y.denied.includes(partner.get(term) ?? term));
  return free.length === 0 || (isSubject(free, x) && free.length < x.denied.length);
}

/** Each "not" denies the same words in both texts: "not X but Y" is not "Y but not X". */
function sameScopes({ a, b, alignment }: Case): boolean {
  const partner = new Map(
    alignment.pairs.flatMap((pair) => [
      [pair.a, pair.b],
      [pair.b, pair.a],
    ]),
  );
  const inB = scopes(b);
  return scopes(a).every((x, at) => {
    const y = inB[at];
    return (
      y !== undefined &&
      isDeniedToo(x, y, partner) &&
      isDeniedToo(y, x, partner) &&
      (x.denied.length === 0) === (y.denied.length === 0)
    );
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
