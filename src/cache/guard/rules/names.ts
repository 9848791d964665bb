import { leftOver, type Rule } from "./rule.ts";

/** A capitalised word inside a sentence, or an acronym, must be in both texts, to the letter. */
export const names: Rule = {
  name: "names",
  allows: (texts) => !leftOver(texts).some((term) => term.kind === "name"),
};
