import { plainCharacters } from "./payload.ts";

/**
 * The form under which equal texts are found without looking at their meaning: white space, the case of
 * ordinary words and the punctuation at the end are levelled.
 *
 * Case is levelled only where it cannot name anything else: in words of two letters and more that are
 * written small, with a capital first letter at a sentence's start, or in a text without any capitals
 * to compare with. "R" is not "r", "US" is not "us", "userId" is not "userid". Code, quotations and
 * texts of several lines keep case and white space.
 */
export function normaliseExact(text: string): string {
  const plain = plainCharacters(text).trim();
  // Lines, code marks and quotations: every character may count.
  if (/[\n\t`"]|(?:^|\s)'/.test(plain)) return plain;
  const spaced = plain.replaceAll(/\s+/g, " ");
  const ended = spaced.replace(/(?<=[\p{L}\p{N})])\s?[.!?]$/u, "");
  return ended
    .split(" ")
    .map((chunk, at, all) => levelCase(chunk, at === 0 || /[.!?:]$/.test(all[at - 1] ?? "")))
    .join(" ");
}

/** Only a capital that a sentence's start asks for is levelled; any other may be a name. */
function levelCase(chunk: string, starts: boolean): string {
  return starts && /^\p{Lu}\p{Ll}+(?:'\p{Ll}+)?[,;:]?$/u.test(chunk) ? chunk.toLowerCase() : chunk;
}
