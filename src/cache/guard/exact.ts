import { DOUBLE_MEANING } from "./data/classes.ts";

/**
 * The form under which equal texts are found without looking at their meaning: white space, the capital
 * of the first word and one mark at the end are levelled, and the apostrophe of "it’s".
 *
 * All other case is kept: "R" is not "r", "US" is not "us", "userId" is not "userid", and "Polish" at the
 * start may be a language. What else differs only in case is left to the guard, which knows the words
 * around. Texts with lines, code or quotations keep every character: any of them may be what is asked about.
 */
export function normaliseExact(text: string): string {
  if (/[\n\t`"“”]|(?:^|\s)['‘]/.test(text.trim())) return text.replace(/^\s*\n/, "").trimEnd();
  const spaced = text.trim().replaceAll(/\s+/g, " ");
  // "5!" and "n!" are products.
  const ended = spaced.replace(/(?:(?<=[\p{L}\p{N})])\s?[.?]|(?<=\p{L}{2})\s?!)$/u, "");
  return ended
    .replaceAll(/(?<=\p{L})’(?=\p{L})/gu, "'")
    .replace(/^\p{Lu}\p{Ll}+(?![\p{L}\p{N}_])/u, (first) =>
      DOUBLE_MEANING.has(first.toLowerCase()) ? first : first.toLowerCase(),
    );
}
