import { MISSPELLINGS, PRODUCTS, SHAPING } from "./data/misspellings.ts";
import { isKnown } from "./typos.ts";

/** Letters of the shortest word that may have lost one. */
const MIN_MISSING = 5;

/** What one slip of the fingers makes of a word: letters swapped, doubled, or one missing inside. */
function* slipsOf(text: string): Generator<string> {
  for (let at = 0; at < text.length; at += 1) {
    const before = text.slice(0, at);
    const letter = text[at] ?? "";
    const next = text[at + 1] ?? "";
    const after = text.slice(at + 1);
    yield `${before}${letter}${letter}${after}`;
    if (next !== "") yield `${before}${next}${letter}${text.slice(at + 2)}`;
    if (at > 0 && text.length >= MIN_MISSING) yield before + after;
  }
}

/** Slips with more than one thing they can mean belong to nobody. */
function slips(): Map<string, string> {
  const found = new Map<string, string>();
  for (const meant of [...SHAPING, ...PRODUCTS]) {
    for (const typed of slipsOf(meant)) {
      if (isKnown(typed)) continue;
      const other = found.get(typed) ?? meant;
      found.set(typed, other === meant ? meant : "");
    }
  }
  for (const [typed, meant] of Object.entries(MISSPELLINGS)) found.set(typed, meant);
  return found;
}

let known: Map<string, string> | undefined;

/** The small or common word that a frequent misspelling stands for, or the word itself. */
export function meantBy(typed: string): string {
  // Worked out when the first text is read: a start that caches nothing need not wait for it.
  known ??= slips();
  return known.get(typed) || typed;
}
