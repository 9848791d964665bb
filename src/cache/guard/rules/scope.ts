import { isContent, type Term } from "../terms.ts";
import { type Case, type Rule, sameList } from "./rule.ts";

/** The words of content in the clause of a word whose place is free. */
const around = (terms: readonly Term[], free: Term): readonly Term[] =>
  terms.filter((term) => term.clause === free.clause && isContent(term));

/** "Who eats what" is not "what eats who". */
const questionsOf = ({ terms }: Case["a"]): readonly string[] =>
  terms
    .filter(({ kind, text, free }) => free && (kind === "question" || ASKING.has(text)))
    .map(({ text }) => text);
const ASKING = new Set(["what", "which", "who", "whom", "where", "why", "how"]);

/**
 * A question word or helping verb must stay with its clause: "when was Ann born and where was Ben born" has
 * the words of "where was Ann born and when was Ben born". A comma may have cut a phrase off the clause.
 */
export const scope: Rule = {
  name: "scope",
  allows: ({ a, b, alignment }) => {
    const partner = new Map(alignment.pairs.map((pair) => [pair.a, pair.b]));
    const paired = new Set(partner.values());
    const stays = alignment.pairs.every((pair) => {
      if (!pair.a.free) return true;
      const mine = around(a.terms, pair.a).filter((term) => partner.has(term));
      const theirs = around(b.terms, pair.b).filter((term) => paired.has(term));
      const shared = mine.filter((term) => theirs.some((other) => other === partner.get(term)));
      if (mine.length === 0 || theirs.length === 0) return mine.length === theirs.length;
      return shared.length > 0 && [mine.length, theirs.length].includes(shared.length);
    });
    return stays && sameList(questionsOf(a), questionsOf(b));
  },
};
