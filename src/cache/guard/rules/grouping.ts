import type { ParsedText } from "../parse.ts";
import { isContent } from "../terms.ts";
import { type Case, type Rule, sameList } from "./rule.ts";

const BINDS = "and|or|not|but|xor|plus|minus|times|over|divided|multiplied|squared|cubed|of|than";
const BRACKETED = new RegExp(
  String.raw`(?:\b(${BINDS})\s*)?\(([^()]*)\)(?:[\s,]*\b(${BINDS})\b)?`,
  "gi",
);
/** Between two words of the bracket: "(and when)" adds something, it binds nothing together. */
const BINDER = new RegExp(String.raw`\w\s.*?\b(?:${BINDS})\b`, "i");

/** What stands in brackets that hold a part of a sum or of a choice together: "(8 plus 4) divided by 2". */
const groups = (text: ParsedText): readonly string[] =>
  [...text.parts.prose.matchAll(BRACKETED)]
    .filter(([, before, inside, after]) => before ?? after ?? BINDER.test(inside ?? ""))
    .map(([, , inside = ""]) => inside.toLowerCase().replaceAll(/[\s,]+/g, " "));

/** "Old, or new and paid" is not "old or new, and paid": where a choice and a list meet, commas count. */
function choices(text: ParsedText): readonly string[] {
  const said = text.tokens.flatMap(({ kind, text: small }, at) =>
    /^(?:and|or)$/.test(small) && kind === "word"
      ? [`${text.tokens[at - 1]?.kind === "pause" ? ", " : ""}${small}`]
      : [],
  );
  const both = said.some((one) => one.endsWith("and")) && said.some((one) => one.endsWith("or"));
  return both ? said : [];
}

/** "Let us eat, dad" is not "let us eat dad", and "I live in Rome. Is it" not "I live. In Rome is it". */
const samePauses = ({ alignment }: Case): boolean =>
  alignment.pairs.every(({ a, b }) => {
    const [one, other] = [a.pause, b.pause];
    if (one === other || (one !== "none" && other !== "none")) return true;
    // "In Word, how", "at home, or": a comma may be left out before these.
    return one !== "stop" && other !== "stop" && (!isContent(a) || a.prep !== "");
  });

/** Brackets and commas that say what belongs together. */
export const grouping: Rule = {
  name: "grouping",
  allows: (texts) => {
    const { a, b } = texts;
    return (
      sameList(groups(a), groups(b)) &&
      sameList([...choices(a)].sort(), [...choices(b)].sort()) &&
      samePauses(texts)
    );
  },
};
