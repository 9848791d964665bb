import { UNITS } from "../data/classes.ts";
import { ARTEFACTS } from "../data/tasks.ts";
import type { Unit } from "../units.ts";
import { leftOver, type Rule } from "./rule.ts";

/** Of what one asks the model for, one is what "a" means; "a kidney" may be one of two. */
const ASKED_FOR = new Set([
  ...ARTEFACTS,
  ...UNITS,
  ..."reason example way sentence word page line idea fact tip name list joke sense".split(" "),
]);

/** "One reason" is "a reason", but neither "the reason" nor "reasons". */
const sameOne = (a: Unit, b: Unit): boolean => {
  const articles = [a.article, b.article];
  if (a.article === b.article || !articles.includes("one")) return true;
  return articles.includes("a") && a.stems.some((stem) => ASKED_FOR.has(stem));
};

/** Every number of one text must be in the other, whether in digits or in words. */
export const numbers: Rule = {
  name: "numbers",
  allows: (texts) =>
    !leftOver(texts).some((unit) => unit.kind === "number") &&
    texts.alignment.pairs.every(({ a, b }) => sameOne(a, b)),
};
