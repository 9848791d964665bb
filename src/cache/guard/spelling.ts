import { SPELT_WORDS } from "./data/spelt-words.ts";
import type { Token } from "./token.ts";

/** Letters of a word of which two may be swapped. */
const MIN_SWAPPED = 4;
/** From this many letters on the doubling of letters may be wrong: a shorter word is near too many names. */
const MIN_DOUBLED = 7;
/** From here on a consonant inside may be missing; names such as "printr" leave out vowels. */
const MIN_MISSING = 8;
/** Letters by which the doublings of a word may be wrong ("acomodate"). */
const MAX_DOUBLED = 2;

type Spelt = { readonly text: string; readonly singled: string };

const spelt = new Set(SPELT_WORDS);
/** The words by length and by their first and last letter, which no slip changes. */
const byShape = new Map<string, Spelt[]>();
const shape = (text: string, length = text.length): string =>
  `${length}${text[0] ?? ""}${text.at(-1) ?? ""}`;

/**
 * The word that a mistyped one stands for, or the text itself. Each text is corrected on its own: a word
 * counts as mistyped where exactly one word of the list is a slip away, and no other word is.
 */
export function correct(typed: string): string {
  if (typed.length < MIN_SWAPPED || spelt.has(typed) || !/^[a-z]+$/.test(typed)) return typed;
  // Sorted when the first text is read: a start that caches nothing need not wait for it.
  if (byShape.size === 0) for (const text of spelt) add(text);
  const typedSingled = singled(typed);
  const meant: string[] = [];
  for (let more = -MAX_DOUBLED; more <= MAX_DOUBLED; more += 1) {
    for (const word of byShape.get(shape(typed, typed.length + more)) ?? [])
      if (isSlip(typed, word.text) || isDoubling(word, typedSingled)) meant.push(word.text);
  }
  return meant.length === 1 ? (meant[0] ?? typed) : typed;
}

function add(text: string): void {
  const words = byShape.get(shape(text)) ?? [];
  words.push({ text, singled: singled(text) });
  byShape.set(shape(text), words);
}

/** The tokens with mistyped words corrected. Names and code are never mistyped. */
export const withSpelling = (tokens: readonly Token[]): readonly Token[] =>
  tokens.map((token) => {
    const text = token.kind === "word" ? correct(token.text) : token.text;
    return text === token.text ? token : { ...token, text };
  });

/** Two letters swapped or a consonant missing between the first and the last letter. */
function isSlip(typed: string, meant: string): boolean {
  let at = 0;
  while (typed[at] === meant[at]) at += 1;
  const rest = meant.slice(at + 1);
  if (typed.length === meant.length - 1)
    return meant.length >= MIN_MISSING && !isVowel(meant[at]) && typed.slice(at) === rest;
  const isSwapped = typed[at] === meant[at + 1] && typed[at + 1] === meant[at];
  return typed.length === meant.length && isSwapped && typed.slice(at + 2) === meant.slice(at + 2);
}

/** "Accommodate" as "acomodate": the doubling of letters is what most people get wrong. */
const isDoubling = ({ text, singled }: Spelt, typedSingled: string): boolean =>
  text.length >= MIN_DOUBLED && singled === typedSingled;
const singled = (text: string): string => text.replaceAll(/(.)\1+/g, "$1");
const isVowel = (letter: string | undefined): boolean => "aeiouy".includes(letter ?? "-");
