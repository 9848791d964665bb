import type { Reading } from "../reading.ts";
import { isBreak } from "../token.ts";
import type { Rule } from "./rule.ts";

const content = (text: Reading): number => text.units.filter((unit) => !unit.free).length;

/** The small words in order: what "what is time" and "what is the time" differ in. */
const smallWords = (text: Reading): string =>
  text.tokens
    .filter((token) => !isBreak(token) && token.kind !== "payload")
    .map((token) => token.text)
    .join(" ");

/**
 * With hardly any word of content the small words carry the meaning: "who are you", "what is the time".
 * Then they must be the same.
 */
export const substance: Rule = {
  name: "substance",
  allows: ({ a, b }) => (content(a) >= 2 && content(b) >= 2) || smallWords(a) === smallWords(b),
};
