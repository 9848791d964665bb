import { align } from "./align.ts";
import type { QuestionText } from "./question-text.ts";
import { RULES } from "./rules/index.ts";

export { isGuardable } from "./english.ts";
export { normaliseExact } from "./exact.ts";
export { QuestionText } from "./question-text.ts";

/** What the guard says; `rule` names the first rule that refused, for the statistics. */
export type Verdict = { ok: true } | { ok: false; rule: string };

export type JudgeOptions = {
  /**
   * The similarity below which only courtesy, contractions, typing errors and the place of a helping verb
   * ("why it is", "why is it") may differ; from it on a question may have another form as well ("how can I
   * remove a stain" for "how do I").
   */
  readonly threshold: number;
};

/** Below this similarity nothing is served; a question with three typing errors lies between 0.5 and 0.7. */
export const FLOOR = 0.5;

/** May the answer to `cached` be served for `asked`? `cosine` is the similarity of their vectors. */
export function judge(
  asked: QuestionText,
  cached: QuestionText,
  cosine: number,
  { threshold }: JudgeOptions,
): Verdict {
  // NaN fails every comparison, so it must be asked for in this direction.
  if (!(cosine >= Math.min(threshold, FLOOR))) return { ok: false, rule: "similarity" };
  if (!asked.isGuardable || !cached.isGuardable) return { ok: false, rule: "not_guardable" };
  if (asked.exact === cached.exact) return { ok: true };
  const [a, b] = [asked.parsed, cached.parsed];
  const texts = { a, b, alignment: align(a, b) };
  for (const rule of RULES) if (!rule.allows(texts)) return { ok: false, rule: rule.name };
  const sameForm = texts.alignment.pairs.every((pair) => pair.a.written === pair.b.written);
  return cosine >= threshold || sameForm ? { ok: true } : { ok: false, rule: "similarity" };
}
