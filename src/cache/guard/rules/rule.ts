import type { Alignment } from "../align.ts";
import type { Reading } from "../reading.ts";
import type { Unit } from "../units.ts";

/** Two texts that are not equal, read and aligned. */
export type Case = { readonly a: Reading; readonly b: Reading; readonly alignment: Alignment };

/** One reason to refuse. `name` is shown in the statistics. */
export type Rule = { readonly name: string; readonly allows: (texts: Case) => boolean };

/** Units that have no partner in the other text. */
export const leftOver = ({ alignment }: Case): readonly Unit[] => [
  ...alignment.onlyA,
  ...alignment.onlyB,
];

/** Does the unit belong to a word list, in any of its forms? */
export const isIn = (unit: Unit, list: ReadonlySet<string>): boolean =>
  unit.kind !== "payload" && (list.has(unit.text) || unit.keys.some((key) => list.has(key)));

/** A rule that refuses when a word of the list stands in one text only. */
export const sameWordsOf = (name: string, list: ReadonlySet<string>): Rule => ({
  name,
  allows: (texts) => !leftOver(texts).some((unit) => isIn(unit, list)),
});

export const sameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((item, at) => item === b[at]);
