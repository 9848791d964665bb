import { type Case, leftOver, type Rule, sameList } from "./rule.ts";

const inline = (text: Case["a"]): readonly string[] =>
  text.terms.filter((term) => term.kind === "code").map((term) => term.text);

/** Code blocks, paths, options, operators and identifiers must be equal, case and order included. */
export const code: Rule = {
  name: "code",
  allows: (texts) =>
    sameList(texts.a.parts.code, texts.b.parts.code) &&
    sameList(inline(texts.a), inline(texts.b)) &&
    !leftOver(texts).some((term) => term.kind === "code" || term.kind === "payload"),
};
