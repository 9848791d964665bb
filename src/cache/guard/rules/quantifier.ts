import { QUANTIFIERS } from "../data/classes.ts";
import { type Rule, sameWordsOf } from "./rule.ts";

const sameQuantifiers = sameWordsOf("quantifier", QUANTIFIERS);

/** All, any, some, most, only, at least: how much of a thing is meant. */
export const quantifier: Rule = {
  name: "quantifier",
  allows: (texts) =>
    sameQuantifiers.allows(texts) &&
    // "Some names" is "names", but "some planets" is not "the planets".
    texts.alignment.pairs.every(
      ({ a, b }) => a.article === b.article || !isPart(a.article, b.article),
    ),
};

const isPart = (x: string, y: string): boolean =>
  (x === "some" && y !== "" && y !== "a") || (y === "some" && x !== "" && x !== "a");
