import { QUESTION } from "../data/classes.ts";
import type { Reading } from "../reading.ts";
import type { Unit } from "../units.ts";
import { type Case, isIn, leftOver, type Rule } from "./rule.ts";

const offersChoice = (text: Reading): boolean => text.units.some((unit) => unit.text === "or");

/** "Which is better, A or B?" and "is A or B better?": with both named, "which" adds nothing. */
export function isChoice(unit: Unit, { a, b }: Pick<Case, "a" | "b">): boolean {
  return (unit.text === "<what>" || unit.text === "<who>") && offersChoice(a) && offersChoice(b);
}

/** Why, when, who, how and how often ask for different answers. */
export const questionWord: Rule = {
  name: "question_word",
  allows: (texts) =>
    leftOver(texts).every((unit) => !isIn(unit, QUESTION) || isChoice(unit, texts)),
};
