import { code } from "./code.ts";
import { comparison } from "./comparison.ts";
import { condition } from "./condition.ts";
import { dates } from "./dates.ts";
import { direction } from "./direction.ts";
import { followUp } from "./follow-up.ts";
import { formatAndLength } from "./format-and-length.ts";
import { grouping } from "./grouping.ts";
import { inflection } from "./inflection.ts";
import { language } from "./language.ts";
import { modality } from "./modality.ts";
import { names } from "./names.ts";
import { negation } from "./negation.ts";
import { numbers } from "./numbers.ts";
import { owner } from "./owner.ts";
import { person } from "./person.ts";
import { punctuation } from "./punctuation.ts";
import { quantifier } from "./quantifier.ts";
import { questionWord } from "./question-word.ts";
import { quoted } from "./quoted.ts";
import type { Rule } from "./rule.ts";
import { scope } from "./scope.ts";
import { tense } from "./tense.ts";
import { units } from "./units.ts";
import { wordOrder } from "./word-order.ts";
import { wording } from "./wording.ts";

/**
 * All must agree. The first ones name a reason that a reader of the statistics understands; `wording`
 * and `wordOrder` behind them refuse whatever nobody thought of.
 */
export const RULES: readonly Rule[] = [
  quoted,
  code,
  grouping,
  punctuation,
  numbers,
  units,
  dates,
  negation,
  questionWord,
  modality,
  scope,
  quantifier,
  comparison,
  direction,
  condition,
  language,
  formatAndLength,
  names,
  tense,
  person,
  owner,
  followUp,
  inflection,
  wording,
  wordOrder,
];
