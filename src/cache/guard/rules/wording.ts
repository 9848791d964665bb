import { leftOver, type Rule } from "./rule.ts";

/** Nothing may be left over, and each word keeps its article, its preposition and its owner's mark. */
export const wording: Rule = {
  name: "wording",
  allows: (texts) =>
    leftOver(texts).length === 0 &&
    texts.alignment.pairs.every(
      ({ a, b }) => a.prep === b.prep && a.article === b.article && a.possessive === b.possessive,
    ),
};
