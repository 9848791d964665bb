import { leftOver, type Rule } from "./rule.ts";

/** Every number of one text must be in the other, in digits or in words as it was written. */
export const numbers: Rule = {
  name: "numbers",
  allows: (texts) =>
    !leftOver(texts).some((term) => term.kind === "number" || isNumeral(term.text)),
};

const NUMERALS = new Set(
  `zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion first second
third fourth fifth sixth seventh eighth ninth tenth`.split(/\s+/),
);
/** "Twenty-five", too. */
const isNumeral = (text: string): boolean => text.split("-").every((part) => NUMERALS.has(part));
