import { COMPARISON } from "../data/topics.ts";
import { isIn, leftOver, type Rule } from "./rule.ts";

/** Comparatives and superlatives, listed or by their ending, must be in both texts. */
export const comparison: Rule = {
  name: "comparison",
  allows: (texts) =>
    !leftOver(texts).some(
      (term) =>
        isIn(term, COMPARISON) || (term.kind === "word" && /.{3}(?:er|est)$/.test(term.text)),
    ),
};
