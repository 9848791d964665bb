import { DIRECTION, DIRECTION_PREPOSITIONS } from "../data/classes.ts";
import { type Case, type Rule, sameWordsOf } from "./rule.ts";
import { samePreposition } from "../prepositions.ts";

const sameDirections = sameWordsOf("direction", DIRECTION);

/** "From A to B" and "from B to A" have the same words; the preposition in front of each differs. */
export const direction: Rule = {
  name: "direction",
  allows: (texts: Case) =>
    sameDirections.allows(texts) &&
    samePointers(texts) &&
    texts.alignment.pairs.every(
      ({ a, b }) =>
        a.prep === b.prep ||
        samePreposition(a, b, texts) ||
        !(isDirected(a.prep) || isDirected(b.prep)),
    ),
};

const isDirected = (prep: string): boolean =>
  prep.split("_").some((part) => DIRECTION_PREPOSITIONS.has(part));

/** "Pay with it", "pay without it"; a pronoun may be missing where its noun stands in that place. */
function samePointers({ a, b, alignment }: Case): boolean {
  const missing = (mine: readonly string[], theirs: readonly string[]): readonly string[] => {
    const left = [...theirs];
    return mine.filter((prep) => {
      const at = left.indexOf(prep);
      if (at >= 0) left.splice(at, 1);
      return at < 0;
    });
  };
  const stoodFor = (prep: string): boolean =>
    alignment.pairs.some(
      (pair) =>
        (pair.a.prep === prep && pair.b.prep === "") ||
        (pair.b.prep === prep && pair.a.prep === ""),
    );
  return [...missing(a.pointed, b.pointed), ...missing(b.pointed, a.pointed)].every(
    (prep) => WEAK.has(prep) || stoodFor(prep),
  );
}

/** Before a pronoun these say no more than the verb does: "what is wrong with them". */
const WEAK = new Set(["of", "in", "on", "at", "for", "about"]);
