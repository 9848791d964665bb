import { NUMERALS } from "../data/topics.ts";
import { leftOver, type Rule } from "./rule.ts";

/** Every number of one text must be in the other, in digits or in words as it was written. */
export const numbers: Rule = {
  name: "numbers",
  allows: (texts) =>
    !leftOver(texts).some((term) => term.kind === "number" || isNumeral(term.text)),
};

/** "Twenty-five", too. */
const isNumeral = (text: string): boolean =>
  text.split("-").every((part) => NUMERALS.includes(part));
