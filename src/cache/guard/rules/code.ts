import { type Case, leftOver, type Rule, sameList } from "./rule.ts";

const inline = (texts: Case["a"]): readonly string[] =>
  texts.units.filter((unit) => unit.kind === "code").map((unit) => unit.text);

/** Code blocks, paths, options, operators and identifiers must be equal, case and order included. */
export const code: Rule = {
  name: "code",
  allows: (texts) =>
    sameList(texts.a.parts.code, texts.b.parts.code) &&
    sameList(inline(texts.a), inline(texts.b)) &&
    !leftOver(texts).some((unit) => unit.kind === "code" || unit.kind === "payload"),
};
