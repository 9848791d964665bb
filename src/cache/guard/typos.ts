import { EVERYDAY } from "./data/everyday.ts";
import { LOOKALIKES, SHORT_WORDS } from "./data/lookalikes.ts";
import { VOCABULARY } from "./data/vocabulary.ts";
import { inflection } from "./inflection.ts";
import { type Token, word } from "./token.ts";

/** Letters of a word of which two may be swapped; shorter ones are listed in MISSPELLINGS. */
const MIN_SWAPPED = 5;
/** From here on a letter may be missing or doubled: a shorter word easily becomes another one. */
const MIN_LENGTH = 6;
/** From here on a letter may be another one, or one too many, and a word may have two slips. */
const MIN_CHANGED = 7;

const isEveryday = (text: string): boolean => VOCABULARY.has(text) || EVERYDAY.has(text);
const stemsOf = (text: string): readonly string[] => [text, ...inflection(text).stems];

/** An everyday word, in any of its forms, which a mistyped one may be meant for. */
export const isTarget = (text: string): boolean =>
  stemsOf(text).some(
    (stem) => isEveryday(stem) || (text.length >= MIN_LENGTH && SHORT_WORDS.has(stem)),
  );
const isWord = (text: string): boolean =>
  stemsOf(text).some((stem) => isEveryday(stem) || LOOKALIKES.has(stem));

const SUFFIX = /(?:er|or|ly|able|ness|less|ful|ment|ish|ist|ism|dom|ship|ize|ise|ity|al|ic)s?$/;
const PREFIX = /^(?:un|re|non|over|under|out|mis|dis|inter|anti)/;

/** A word, or made of one by an ending or a prefix, so that it may be meant as it stands. */
export function isKnown(text: string): boolean {
  if (isWord(text)) return true;
  const bare = text.replace(SUFFIX, "");
  const stems = [bare, `${bare}e`, bare.replace(/i$/, "y"), bare.replace(/(.)\1$/, "$1")];
  if (bare !== text && bare.length > 2 && stems.some(isWord)) return true;
  const rest = text.replace(PREFIX, "");
  return rest !== text && rest.length > 3 && isWord(rest);
}

/**
 * Is `x` a mistyped `y`? Only when `y` is an everyday word, `x` is no word at all as far as we know, and
 * one slip of the fingers or of the memory made the one of the other. Names and code are never mistyped.
 */
export const isTypo = (x: string, y: string): boolean =>
  x !== y && slip(x, y) && isTarget(y) && /^[a-z]+$/.test(x) && !isKnown(x);

/**
 * Puts the mistyped words of a text right that the other text spells: the same words where nothing was
 * mistyped. A word is only put right if one word alone can be meant.
 */
export function putRight(typed: readonly Token[], other: readonly Token[]): readonly Token[] {
  const spelt = [...new Set(other.flatMap(({ kind, text }) => (kind === "word" ? [text] : [])))];
  let changed = false;
  const out = typed.map((token) => {
    if (token.kind !== "word" || spelt.includes(token.text)) return token;
    const meant = spelt.filter((text) => isTypo(token.text, text));
    const [only] = meant;
    if (only === undefined || meant.length > 1) return token;
    changed = true;
    return word(only);
  });
  return changed ? out : typed;
}

/** One slip inside the word, after its first letter. */
export function slip(typed: string, meant: string): boolean {
  if (typed[0] !== meant[0] || Math.abs(typed.length - meant.length) > 2) return false;
  if (meant.length < MIN_SWAPPED) return false;
  if (oneSlip(typed, meant)) return true;
  const x = singled(typed);
  const y = singled(meant);
  return x === y || (meant.length > MIN_CHANGED && swappedOrMissing(x, y));
}

/** "Accommodate" as "acomodate": the doubling of letters is what most people get wrong. */
const singled = (text: string): string => text.replaceAll(/(.)\1+/g, "$1");

function oneSlip(typed: string, meant: string): boolean {
  if (swappedOrMissing(typed, meant)) return true;
  const at = firstDifference(typed, meant);
  if (typed.length === meant.length + 1)
    return typed.slice(at + 1) === meant.slice(at) && mayAdd(typed, at);
  return (
    typed.length === meant.length &&
    typed.slice(at + 1) === meant.slice(at + 1) &&
    mayChange(typed, meant, at)
  );
}

function firstDifference(x: string, y: string): number {
  let at = 0;
  while (at < x.length && x[at] === y[at]) at += 1;
  return at;
}

function swappedOrMissing(typed: string, meant: string): boolean {
  const at = firstDifference(typed, meant);
  if (typed.length === meant.length - 1)
    return typed.slice(at) === meant.slice(at + 1) && mayMiss(meant, at);
  return (
    typed.length === meant.length &&
    typed[at] === meant[at + 1] &&
    typed[at + 1] === meant[at] &&
    typed.slice(at + 2) === meant.slice(at + 2)
  );
}

/** The last letter of a short word, or an -s, makes another form of it rather than a slip. */
const mayMiss = (meant: string, at: number): boolean =>
  meant.length >= MIN_LENGTH && (at < meant.length - 1 || !"sdyr".includes(meant[at] ?? ""));

const mayAdd = (typed: string, at: number): boolean =>
  typed.length > MIN_LENGTH &&
  (typed[at] === typed[at - 1] || (typed.length > MIN_CHANGED && at < typed.length - 1));

const VOWELS = "aeiouy";
/** Letters that sound alike in some word, and keys that lie side by side. */
const CONFUSED = new Set(
  "cs sc ck kc sz zs mn nm cz gj jg td dt fv vf qw we er rt ty yu ui io op as sd df fg gh hj jk kl zx xc cv vb bn".split(
    " ",
  ),
);

function mayChange(typed: string, meant: string, at: number): boolean {
  const x = typed[at] ?? "";
  const y = meant[at] ?? "";
  if (meant.length < MIN_CHANGED || at >= meant.length - 1) return false;
  return (VOWELS.includes(x) && VOWELS.includes(y)) || CONFUSED.has(x + y) || CONFUSED.has(y + x);
}
