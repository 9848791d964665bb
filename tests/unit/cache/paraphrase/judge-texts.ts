import { expect, it } from "vitest";

import {
  judge,
  type JudgeOptions,
  QuestionText,
  type Verdict,
} from "../../../../src/cache/paraphrase/judge.ts";

type Pairs = ReadonlyArray<readonly [string, string]>;

/** The judge's verdict on two texts that were not read before. */
export const judgeTexts = (
  asked: string,
  cached: string,
  cosine: number,
  options: JudgeOptions,
): Verdict => judge(new QuestionText(asked), new QuestionText(cached), cosine, options);

const OPTIONS = { threshold: 0.8 };

/** Above and below the threshold, whichever of the two was asked first. */
const verdicts = (a: string, b: string): readonly boolean[] =>
  [1, 0.6].flatMap((cosine) => [
    judgeTexts(a, b, cosine, OPTIONS).ok,
    judgeTexts(b, a, cosine, OPTIONS).ok,
  ]);

/** A table of pairs that are the same question at any similarity, and of pairs that never are. */
export function itJudges({ same, different }: { same: Pairs; different: Pairs }): void {
  it.each(same)("the same: %s – %s", (a, b) => {
    expect(verdicts(a, b)).toEqual([true, true, true, true]);
  });

  it.each(different)("not the same: %s – %s", (a, b) => {
    expect(verdicts(a, b)).toEqual([false, false, false, false]);
  });
}

/** A table of pairs that are the same question from the threshold on only. */
export function itJudgesByThreshold(pairs: Pairs): void {
  it.each(pairs)("the same from the threshold on: %s – %s", (a, b) => {
    expect(verdicts(a, b)).toEqual([true, true, false, false]);
  });
}
