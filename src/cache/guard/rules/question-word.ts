import { QUESTION_WORDS } from "../data/function-words.ts";
import { leftOver, type Rule } from "./rule.ts";

/** Why, when, who, how and whether ask for different answers. */
export const questionWord: Rule = {
  name: "question_word",
  allows: (texts) =>
    !leftOver(texts).some(({ kind, text }) => kind === "question" || QUESTION_WORDS.has(text)),
};
