import { leftOver, type Rule } from "./rule.ts";

/** "One reason" is "a reason", but neither "the reason" nor "reasons". */
const sameOne = (a: string, b: string): boolean =>
  a === b || !(a === "one" || b === "one") || a === "a" || b === "a";

/** Every number of one text must be in the other, whether in digits or in words. */
export const numbers: Rule = {
  name: "numbers",
  allows: (texts) =>
    !leftOver(texts).some((unit) => unit.kind === "number") &&
    texts.alignment.pairs.every(({ a, b }) => sameOne(a.article, b.article)),
};
