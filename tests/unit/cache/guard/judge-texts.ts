import {
  judge,
  type JudgeOptions,
  QuestionText,
  type Verdict,
} from "../../../../src/cache/guard/guard.ts";

/** The guard's verdict on two texts that were not read before. */
export const judgeTexts = (
  asked: string,
  cached: string,
  cosine: number,
  options: JudgeOptions,
): Verdict => judge(new QuestionText(asked), new QuestionText(cached), cosine, options);
