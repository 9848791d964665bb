import { SPELT_WORDS } from "./data/spelt-words.ts";
import type { Token } from "./token.ts";

/** Letters of a word of which two may be swapped. */
const MIN_SWAPPED = 4;
/** From here on the doubling of letters may be wrong. */
const MIN_DOUBLED = 5;
/** From here on a letter inside may be missing. */
const MIN_MISSING = 6;
/** From here on a vowel may be another one. */
const MIN_VOWEL = 7;

const edges = (text: string): string => `${text[0] ?? ""}${text.at(-1) ?? ""}`;

type Spelt = { readonly text: string; readonly singled: string };

/** The words by their first and last letter, which no slip changes. */
const byEdges = new Map<string, Spelt[]>();
const spelt = new Set(SPELT_WORDS);

/**
 * The word that a mistyped one stands for, or the text itself. Each text is corrected on its own: a word
 * counts as mistyped where exactly one word of the list is a slip away, and no other word is.
 */
export function correct(typed: string): string {
  if (typed.length < MIN_SWAPPED || spelt.has(typed) || !/^[a-z]+$/.test(typed)) return typed;
  // Sorted when the first text is read: a start that caches nothing need not wait for it.
  if (byEdges.size === 0) for (const text of spelt) add(text);
  const typedSingled = singled(typed);
  const meant = byEdges
    .get(edges(typed))
    ?.filter(
      (word) =>
        (word.text.length >= MIN_DOUBLED && word.singled === typedSingled) ||
        isSlip(typed, word.text),
    );
  return meant?.length === 1 ? (meant[0]?.text ?? typed) : typed;
}

function add(text: string): void {
  const words = byEdges.get(edges(text)) ?? [];
  words.push({ text, singled: singled(text) });
  byEdges.set(edges(text), words);
}

/** The tokens with mistyped words corrected. Names and code are never mistyped. */
export const withSpelling = (tokens: readonly Token[]): readonly Token[] =>
  tokens.map((token) => {
    const text = token.kind === "word" ? correct(token.text) : token.text;
    return text === token.text ? token : { ...token, text };
  });

/** Two letters swapped, a letter missing or another vowel between the first and the last letter. */
function isSlip(typed: string, meant: string): boolean {
  const isMissing = typed.length === meant.length - 1;
  if (typed.length !== meant.length && !isMissing) return false;
  let at = 0;
  while (typed[at] === meant[at]) at += 1;
  if (isMissing) return meant.length >= MIN_MISSING && typed.slice(at) === meant.slice(at + 1);
  if (typed.slice(at + 2) !== meant.slice(at + 2)) return false;
  const [x, y] = [typed[at], typed[at + 1]];
  if (x === meant[at + 1] && y === meant[at]) return true;
  return meant.length >= MIN_VOWEL && y === meant[at + 1] && isVowel(x) && isVowel(meant[at]);
}

/** "Accommodate" as "acomodate": the doubling of letters is what most people get wrong. */
const singled = (text: string): string => text.replaceAll(/(.)\1+/g, "$1");
const isVowel = (letter: string | undefined): boolean => "aeiouy".includes(letter ?? "-");
