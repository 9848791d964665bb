import type { Term } from "../terms.ts";
import type { Rule } from "./rule.ts";

/**
 * The same words in another order: allowed only if a whole phrase or clause changed its place
 * ("In Python, how do I …"), never if words changed places inside a phrase ("man bites dog"), and
 * not if two phrases that begin alike could have swapped ("if it is 9 in Tokyo, what is it in Denver").
 */
export const wordOrder: Rule = {
  name: "word_order",
  allows: ({ a, b, alignment }) => {
    const partner = new Map(alignment.pairs.map((pair) => [pair.b, pair.a]));
    const paired = new Set(partner.values());
    const mine = a.terms.filter((term) => !term.free && paired.has(term));
    const theirs = b.terms.filter((term) => !term.free && partner.has(term));
    const place = new Map(mine.map((term, at) => [term, at]));
    const order = theirs.map((term) => place.get(partner.get(term) ?? term) ?? -1);
    if (!isOneMove(order)) return false;
    if (![mine[0], theirs[0]].some(mayBeFronted)) return order.every((place, at) => place === at);
    const cuts = order.flatMap((here, at) => (here === (order[at - 1] ?? -1) + 1 ? [] : [at]));
    if (cuts.length === 0) return true;
    const atPhrases = cuts.every((at) => {
      const here = order[at] ?? 0;
      // What followed the moved block in `a` begins a phrase there, too.
      const next = mine[(order[at - 1] ?? -1) + 1];
      const opensNext = next === undefined || next.opens || isInPhrase(mine, next);
      return opensNext && meetsAt(theirs, at, mine, here);
    });
    return atPhrases && !couldHaveSwapped(mine, theirs, partner);
  },
};

/** "In Python", "when I land", a piece of code: an enumeration has no such beginning. */
const mayBeFronted = (first: Term | undefined): boolean =>
  first !== undefined && (first.prep !== "" || first.kind === "payload");

/** The first words went behind others, or others before them; all else kept its place. */
function isOneMove(order: readonly number[]): boolean {
  const to = order.findLastIndex((place, at) => place !== at);
  const first = order[0] ?? 0;
  return order.slice(0, to + 1).every((place, at) => place === (first + at) % (to + 1));
}

/** A border in one text, and at least the possible end of a prepositional phrase in the other. */
function meetsAt(
  theirs: readonly Term[],
  at: number,
  mine: readonly Term[],
  here: number,
): boolean {
  const x = theirs[at];
  const y = mine[here];
  if (x === undefined || y === undefined) return false;
  return (x.opens && (y.opens || isInPhrase(mine, y))) || (y.opens && isInPhrase(theirs, x));
}

/** Behind the first word of a phrase such as "in Python", where the phrase may have ended. */
function isInPhrase(placed: readonly Term[], one: Term): boolean {
  if (one.opens) return false;
  let at = placed.indexOf(one);
  while (at > 0 && !placed[at]?.opens) at -= 1;
  const first = placed[at];
  return first !== undefined && first.prep !== "" && !first.possessive;
}

/**
 * Two phrases with the same preposition ("in Tokyo", "in Denver") belong to what stands before them; if
 * the order changed at all, that must be the same in both texts.
 */
function couldHaveSwapped(
  mine: readonly Term[],
  theirs: readonly Term[],
  partner: ReadonlyMap<Term, Term>,
): boolean {
  const heads = mine.filter(({ opens, prep }) => opens && prep !== "");
  const counts = new Map<string, number>();
  for (const { prep } of heads) counts.set(prep, (counts.get(prep) ?? 0) + 1);
  return heads.some((head) => {
    if ((counts.get(head.prep) ?? 0) < 2) return false;
    if (areTogether(mine, head.prep) && areTogether(theirs, head.prep)) return false;
    const before = mine[mine.indexOf(head) - 1];
    const at = theirs.findIndex((term) => partner.get(term) === head);
    const other = theirs[at - 1];
    return before !== (other === undefined ? undefined : partner.get(other));
  });
}

/** "In a restaurant in France": nothing stands between the phrases that another could belong to. */
function areTogether(placed: readonly Term[], prep: string): boolean {
  const isHead = (term: Term): boolean => term.opens && term.prep === prep;
  const first = placed.findIndex(isHead);
  const last = placed.findLastIndex(isHead);
  return placed.slice(first, last).every((term) => !term.opens || isHead(term));
}
