import type { Alignment } from "../align.ts";
import type { ParsedText } from "../parse.ts";
import type { Term } from "../terms.ts";

/** Two texts that are not equal, parsed and aligned. */
export type Case = {
  readonly a: ParsedText;
  readonly b: ParsedText;
  readonly alignment: Alignment;
};

/** One reason to refuse. `name` is shown in the statistics. */
export type Rule = { readonly name: string; readonly allows: (texts: Case) => boolean };

/** Terms that have no partner in the other text. */
export const leftOver = ({ alignment }: Case): readonly Term[] => [
  ...alignment.onlyA,
  ...alignment.onlyB,
];

/** Does the term belong to a word list, in any of its forms? */
export const isIn = (term: Term, list: ReadonlySet<string>): boolean =>
  term.kind !== "payload" &&
  (list.has(term.text.toLowerCase()) || term.stems.some((stem) => list.has(stem)));

/** A rule that refuses when a word of the list stands in one text only. */
export const sameWordsOf = (name: string, list: ReadonlySet<string>): Rule => ({
  name,
  allows: (texts) => !leftOver(texts).some((term) => isIn(term, list)),
});

export const sameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((item, at) => item === b[at]);
