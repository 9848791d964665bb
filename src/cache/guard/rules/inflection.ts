import type { Pair } from "../align.ts";
import type { Term } from "../terms.ts";
import { type Case, type Rule, sameList } from "./rule.ts";

const inflected = ({ dos }: Case["a"]): readonly string[] => dos.filter((text) => text !== "do");

/**
 * "Does it cost" and "it costs": each "does" and "did" of one text is an ending in the other. The word with the
 * ending is the verb: behind a subject, and before nothing that could be the verb instead.
 */
function explained(bare: Case["a"], ended: Case["a"], changed: readonly Pair[]): boolean {
  const placed = ended.terms.filter((term) => !term.free);
  const isBare = ({ kind, prep, article }: Term): boolean =>
    kind === "word" && prep === "" && article === "";
  const isVerb = (term: Term): boolean => {
    const clause = placed.filter((other) => other.clause === term.clause);
    const at = clause.indexOf(term);
    return at > 0 && isBare(term) && !clause.slice(at + 1).some(isBare);
  };
  const endings = changed.map(({ a, b }) => {
    if (a.form !== "plain" || !isVerb(b)) return "";
    if (b.form === "s") return "does";
    return b.form === "ed" || b.form === "past" ? "did" : "";
  });
  return ended.dos.length === 0 && sameList(endings.sort(), [...inflected(bare)].sort());
}

/** One thing or several, to do or doing: another form of a word is another word. */
export const inflection: Rule = {
  name: "inflection",
  allows: ({ a, b, alignment }) => {
    const changed = alignment.pairs.filter((pair) => pair.a.text !== pair.b.text);
    const swapped = changed.map((pair) => ({ a: pair.b, b: pair.a }));
    if (changed.length === 0) return sameList([...inflected(a)].sort(), [...inflected(b)].sort());
    return explained(a, b, changed) || explained(b, a, swapped);
  },
};
