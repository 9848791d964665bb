import type { Term } from "../terms.ts";
import type { Rule } from "./rule.ts";

/** Words stand in the same order, but for those that a question moves: "why is it" and "why it is". */
export const wordOrder: Rule = {
  name: "word_order",
  allows: ({ a, b, alignment }) => {
    const partner = new Map(alignment.pairs.map((pair) => [pair.a, pair.b]));
    const placed = (terms: readonly Term[]): readonly Term[] => terms.filter((term) => !term.free);
    const theirs = placed(b.terms);
    return placed(a.terms).every((term, at) => partner.get(term) === theirs[at]);
  },
};
