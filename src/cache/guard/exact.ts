import { BE, DO, HAVE, MODALS, NO_NAMES, QUESTION_WORDS } from "./data/function-words.ts";

/** Texts that are questions with and without a mark. */
const ASKS = new RegExp(
  `^(?:${[...QUESTION_WORDS, ...BE, ...DO, ...HAVE, ...MODALS].join("|")})\\b`,
  "i",
);

/**
 * The form under which equal texts are found without looking at their meaning: white space, the capital
 * of a first word that is no name, one mark at the end and the apostrophe of "it’s" are levelled.
 *
 * All other case is kept: "R" is not "r", "US" is not "us", and "Java" at the start is not "java". Texts
 * with lines, code, quotations or a colon keep every character: any of them may be what is asked about.
 */
export function normaliseExact(text: string): string {
  if (/[\n\t`"“”:]|(?:^|\s)['‘]/.test(text.trim())) return text.replace(/^\s*\n/, "").trimEnd();
  const spaced = text.trim().replaceAll(/\s+/g, " ");
  // "5!" is a product, "Oklahoma!" a musical, and "I am ill?" asks what "I am ill." says.
  const mark = ASKS.test(spaced) ? /(?<=[\p{L}\p{N}])\s?[.?]$/u : /(?<=[\p{L}\p{N}])\s?\.$/u;
  const ended = spaced.replace(mark, "");
  return ended
    .replaceAll(/(?<=\p{L})’(?=\p{L})/gu, "'")
    .replace(/^\p{Lu}\p{Ll}*(?![\p{L}\p{N}_])/u, (first) =>
      NO_NAMES.has(first.toLowerCase()) ? first.toLowerCase() : first,
    );
}
