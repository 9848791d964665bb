import { ARTICLES, AUXILIARY } from "./data/function-words.ts";
import { CONTRACTIONS, ENDINGS, IS_AFTER, NEGATED } from "./data/contractions.ts";
import { isParticiple } from "./data/participles.ts";

/** Behind these a short form of "not" may be a word that is named: "use don't", "is can't". */
const NAMES_IT: ReadonlySet<string> = new Set([
  ...AUXILIARY,
  ..."use using prefer avoid allow contain include than or and versus with".split(" "),
]);
/** "He'd put": "had" or "would". */
const WOULD_BEFORE = new Set("like love be prefer appreciate want need".split(" "));

/**
 * The words of a sentence with contractions spelt out where they have one reading. Nothing is moved: "aren't
 * they" is "are not they". A possessive stays.
 */
export const spelledOut = (words: readonly string[]): readonly string[] =>
  words.map((word, at) => expand(word, words.slice(at + 1, at + 4), words[at - 1] ?? ""));

function expand(word: string, next: readonly string[], last: string): string {
  const known = CONTRACTIONS.get(word);
  if (known !== undefined) return NAMES_IT.has(last) ? word : known;
  const [, stem = "", ending = ""] = /^([A-Za-z]+)'(s|d|re|m|ll|ve|t)$/.exec(word) ?? [];
  if (ending === "t") {
    const verb = stem.slice(0, -1);
    return NEGATED.has(verb) && !NAMES_IT.has(last) ? `${verb} not` : word;
  }
  if (!IS_AFTER.has(stem)) return word;
  if (ending === "d") return WOULD_BEFORE.has(next[0] ?? "") ? `${stem} would` : word;
  if (ending !== "s") return `${stem} ${ENDINGS[ending] ?? ""}`;
  // "Who's paid", "he's not paid": "is" or "has".
  const isOpen = !ARTICLES.has(next[0] ?? "") && next.some(isParticiple);
  return isOpen ? word : `${stem} is`;
}
