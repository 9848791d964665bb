import { COMPARISON } from "../data/classes.ts";
import { isIn, leftOver, type Rule } from "./rule.ts";

/** Comparatives and superlatives, listed or by their ending, must be in both texts. */
export const comparison: Rule = {
  name: "comparison",
  allows: (texts) =>
    !leftOver(texts).some(
      (unit) =>
        isIn(unit, COMPARISON) || (unit.kind === "word" && /.{3}(?:er|est)$/.test(unit.text)),
    ),
};
