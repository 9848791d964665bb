import { BE, HAVE } from "../data/function-words.ts";
import { type Case, type Rule, sameWordsOf } from "./rule.ts";

const sameHelpers = sameWordsOf("tense", new Set([...BE, ...HAVE, "will", "would"]));

const isPast = ({ dos }: Case["a"]): boolean => dos.includes("did");

/** Who is, who was, who will be, who has been; "when does it open" and "when did it open". */
export const tense: Rule = {
  name: "tense",
  allows: (texts) => {
    const { a, b, alignment } = texts;
    const ended = alignment.pairs.some((pair) => pair.a.text !== pair.b.text);
    return sameHelpers.allows(texts) && (isPast(a) === isPast(b) || ended);
  },
};
