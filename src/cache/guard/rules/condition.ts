import { SUBORDINATORS } from "../data/function-words.ts";
import { leftOver, type Rule } from "./rule.ts";

const conditions = (prep: string): string =>
  prep
    .split("_")
    .filter((part) => SUBORDINATORS.has(part))
    .join(" ");

/** "If", "unless", "until", "because": each must stand before the same words. */
export const condition: Rule = {
  name: "condition",
  allows: (texts) =>
    leftOver(texts).every((term) => conditions(term.prep) === "") &&
    texts.alignment.pairs.every(({ a, b }) => conditions(a.prep) === conditions(b.prep)),
};
