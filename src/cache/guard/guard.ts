import { RENAMED } from "./align.ts";
import { withSubjects, withVerbs } from "./canonical.ts";
import { compare } from "./compare.ts";
import { isGuardable } from "./english.ts";
import { normaliseExact } from "./exact.ts";
import { type Reading, read, readTokens } from "./reading.ts";
import { leansBack } from "./rules/follow-up.ts";
import { grouping } from "./rules/grouping.ts";
import { sameMarks } from "./rules/marks.ts";
import { quoted } from "./rules/quoted.ts";
import { sameList } from "./rules/rule.ts";
import { RULES } from "./rules/index.ts";
import { putRight } from "./typos.ts";

export { isGuardable } from "./english.ts";
export { normaliseExact } from "./exact.ts";

/** What the guard says; `rule` names the first rule that refused, for the statistics. */
export type Verdict = { ok: true } | { ok: false; rule: string };

export type JudgeOptions = {
  /** The similarity from which a candidate counts as similar at all. */
  readonly threshold: number;
};

/**
 * Below the threshold the rules alone decide, but not below this similarity. They are as strict there as
 * above; a question with three typing errors lies between 0.5 and 0.7.
 */
export const FLOOR = 0.5;

/** One question is judged against several candidates in a row: it is read once. */
let latest: { text: string; reading: Reading } | undefined;
function readAgain(text: string): Reading {
  if (latest?.text !== text) latest = { text, reading: read(text) };
  return latest.reading;
}

/** The text as it would read without the slips that the other text shows to be slips. */
function corrected(text: Reading, other: Reading): Reading {
  const plain = putRight(text.plain, other.plain);
  return plain === text.plain ? text : readTokens(text.parts, plain);
}

/** Equal but for short forms ("it's"), misspellings, capitals and commas. */
function sameWords(a: Reading, b: Reading): boolean {
  const said = (reading: Reading): string =>
    withSubjects(withVerbs(reading.plain))
      .filter((token) => token.kind !== "pause")
      .map(({ kind, text }) => (kind === "name" && RENAMED.has(text) ? `${text} (name)` : text))
      .join(" ");
  return (
    quoted.allows({ a, b }) &&
    sameList(a.parts.code, b.parts.code) &&
    grouping.allows({ a, b }) &&
    sameMarks.allows({ a, b }) &&
    said(a) === said(b)
  );
}

/** May the answer to `cached` be served for `asked`? `cosine` is the similarity of their vectors. */
export function judge(
  asked: string,
  cached: string,
  cosine: number,
  { threshold }: JudgeOptions,
): Verdict {
  // NaN fails every comparison, so it must be asked for in this direction.
  if (!(cosine >= Math.min(threshold, FLOOR))) return { ok: false, rule: "similarity" };
  if (!isGuardable(asked) || !isGuardable(cached)) return { ok: false, rule: "not_guardable" };
  if (normaliseExact(asked) === normaliseExact(cached)) return { ok: true };
  const asWritten = readAgain(asked);
  const second = corrected(read(cached), asWritten);
  const first = corrected(asWritten, second);
  if (sameWords(first, second) && !leansBack(first)) return { ok: true };
  const texts = compare(first, second);
  for (const rule of RULES) if (!rule.allows(texts)) return { ok: false, rule: rule.name };
  return { ok: true };
}
