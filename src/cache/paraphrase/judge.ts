import type { QuestionText } from "./question-text.ts";

export { normaliseExact } from "./exact.ts";
export { isComparable, QuestionText } from "./question-text.ts";

/** Why a pair is refused: too unlike vectors, a text that is no plain English, or other words. */
type Rule = "similarity" | "not_guardable" | "wording";

/** Whether two questions are the same; `rule` goes into the statistics. */
export type Verdict = { ok: true } | { ok: false; rule: Rule };

export type JudgeOptions = {
  /**
   * The similarity below which only courtesy, contractions, typing errors and the place of "is" ("why it is",
   * "why is it") may differ; from it on a question may have another form as well ("how can I remove a stain"
   * for "how do I").
   */
  readonly threshold: number;
};

/** Below this similarity nothing is served; a question with three typing errors lies between 0.5 and 0.7. */
export const MIN_SIMILARITY = 0.5;

/** May the answer to `cached` be served for `question`? `cosine` is the similarity of their vectors. */
export function judge(
  question: QuestionText,
  cached: QuestionText,
  cosine: number,
  { threshold }: JudgeOptions,
): Verdict {
  // NaN fails every comparison, so it must be tested in this direction.
  if (!(cosine >= Math.min(threshold, MIN_SIMILARITY))) return { ok: false, rule: "similarity" };
  if (!question.isComparable || !cached.isComparable) return { ok: false, rule: "not_guardable" };
  if (question.exact === cached.exact || question.form === cached.form) return { ok: true };
  if (question.looseForm !== cached.looseForm) return { ok: false, rule: "wording" };
  return cosine >= threshold ? { ok: true } : { ok: false, rule: "similarity" };
}
