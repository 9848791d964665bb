import { SPELT_WORDS } from "./data/spelt-words.ts";

/** Words of fewer letters are near too many names: "wellcome", "mariage". Holds for both, typed and meant. */
const MIN_LETTERS = 8;
/** An error may be what is asked about, and a word that is near none may be the name of a variable. */
const MAY_BE_MEANT =
  /\b(?:wrong|right|mistakes?|errors?|accept(?:s|ed)?|allow(?:s|ed)?|exists?|dictionary|undefined|variables?|called|named?|use|using|write)\b/i;
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
  if (typed.length < MIN_LETTERS || spelt.has(typed) || !/^[a-z]+$/.test(typed)) return typed;
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

/** Words with the mistyped ones corrected, in a text where they cannot be meant. Names are never mistyped. */
export const withSpelling = (
  words: readonly string[],
  sentences: readonly string[],
): readonly string[] =>
  sentences.some((sentence) => MAY_BE_MEANT.test(sentence)) ? words : words.map(correct);

/** Two letters swapped or a consonant missing between the first and the last letter. */
function isSlip(typed: string, meant: string): boolean {
  let at = 0;
  while (typed[at] === meant[at]) at += 1;
  const rest = meant.slice(at + 1);
  if (typed.length === meant.length - 1) return !isVowel(meant[at]) && typed.slice(at) === rest;
  const isSwapped = typed[at] === meant[at + 1] && typed[at + 1] === meant[at];
  return typed.length === meant.length && isSwapped && typed.slice(at + 2) === meant.slice(at + 2);
}

/** "Accommodate" as "acomodate": the doubling of letters is what most people get wrong. */
const isDoubling = ({ singled }: Spelt, typedSingled: string): boolean => singled === typedSingled;
const singled = (text: string): string => text.replaceAll(/(.)\1+/g, "$1");
const isVowel = (letter: string | undefined): boolean => "aeiouy".includes(letter ?? "-");
