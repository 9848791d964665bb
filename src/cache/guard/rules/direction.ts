import { DIRECTION_PREPOSITIONS } from "../data/function-words.ts";
import { DIRECTION } from "../data/topics.ts";
import { type Case, type Rule, sameWordsOf } from "./rule.ts";

const sameDirections = sameWordsOf("direction", DIRECTION);

const isDirected = (prep: string): boolean =>
  prep.split("_").some((part) => DIRECTION_PREPOSITIONS.has(part));

/** "From A to B" and "from B to A" have the same words; the preposition in front of each differs. */
export const direction: Rule = {
  name: "direction",
  allows: (texts: Case) =>
    sameDirections.allows(texts) &&
    texts.alignment.pairs.every(
      ({ a, b }) => a.prep === b.prep || !(isDirected(a.prep) || isDirected(b.prep)),
    ),
};
