import { VOCABULARY } from "./data/vocabulary.ts";
import type { Unit } from "./units.ts";

const MIN_LENGTH = 5;

/**
 * Is `x` a mistyped `y`? Only for an everyday word of five letters or more, when `x` is no word we know
 * and the mistake is one that seldom makes another word: two neighbours swapped, a letter doubled or
 * missing. A changed letter never counts ("nitrite", "nitrate"), nor does anything in a name.
 */
export function isTypo(x: Unit, y: Unit): boolean {
  if (x.kind !== "word" || y.kind !== "word" || x.text === y.text) return false;
  if (!/^[a-z]+$/.test(x.text) || !/^[a-z]+$/.test(y.text)) return false;
  if (Math.max(x.text.length, y.text.length) < MIN_LENGTH) return false;
  const known = (unit: Unit): boolean => unit.keys.some((key) => VOCABULARY.has(key));
  return known(y) && !known(x) && slip(x.text, y.text);
}

/** One slip of the fingers inside the word, after its first letter. */
export function slip(typed: string, meant: string): boolean {
  if (typed[0] !== meant[0]) return false;
  let at = 0;
  while (at < typed.length && typed[at] === meant[at]) at += 1;
  const lost = typed.length - meant.length;
  if (lost === -1) return typed.slice(at) === meant.slice(at + 1) && missable(meant, at);
  if (lost === 1) return typed.slice(at + 1) === meant.slice(at) && typed[at] === typed[at - 1];
  return (
    lost === 0 &&
    typed[at] === meant[at + 1] &&
    typed[at + 1] === meant[at] &&
    typed.slice(at + 2) === meant.slice(at + 2)
  );
}

/** A vowel inside the word, or one of two equal letters: what is left is seldom another word. */
function missable(meant: string, at: number): boolean {
  const letter = meant[at] ?? "";
  return (
    letter === meant[at + 1] ||
    letter === meant[at - 1] ||
    ("aeiou".includes(letter) && (at < meant.length - 1 || meant.length > 6))
  );
}
