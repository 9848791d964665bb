import type { Unit } from "../units.ts";
import type { Rule } from "./rule.ts";

/** The words of content in the clause of a word whose place is free. */
const around = (units: readonly Unit[], mark: Unit): readonly Unit[] =>
  units.filter((unit) => unit.clause === mark.clause && !unit.free);

/**
 * A question word, modal verb, adverb or particle must stay with its clause: "when was Ann born and where was Ben born" has
 * the words of "where was Ann born and when was Ben born". A clause may have taken in a phrase.
 */
export const scope: Rule = {
  name: "scope",
  allows: ({ a, b, alignment }) => {
    const partner = new Map(alignment.pairs.map((pair) => [pair.a, pair.b]));
    return alignment.pairs.every((pair) => {
      if (!pair.a.free || pair.a.text === "or") return true;
      const mine = around(a.units, pair.a);
      const theirs = around(b.units, pair.b);
      if (mine.length === 0 || theirs.length === 0) return true;
      return mine.some((unit) => {
        const other = partner.get(unit);
        return other !== undefined && theirs.includes(other);
      });
    });
  },
};
