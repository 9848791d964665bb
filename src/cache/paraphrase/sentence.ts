import {
  AUXILIARY,
  DETERMINERS,
  MODALS,
  NO_NAMES,
  PRONOUNS,
  QUESTION_WORDS,
} from "./data/function-words.ts";
import { REQUEST } from "./data/requests.ts";

/** Sentences that are questions with and without a mark. */
const ASKS = new RegExp(`^(?:${[...QUESTION_WORDS, ...AUXILIARY].join("|")})\\b`, "i");

/** A sentence without the mark it does not need. "I am ill?" asks what "I am ill." says, and keeps its. */
export const withoutMark = (sentence: string): string =>
  sentence.replace(ASKS.test(sentence) ? /[.?]$/ : /\.$/, "");

/** A sentence with a small first letter, where its first word names nothing with a capital. */
export function withSmallStart(sentence: string): string {
  const [, first = "", word = "", next = ""] =
    /^([A-Z])([a-z]+)\b(?:[^ ]*) ?([A-Za-z]*)/.exec(sentence) ?? [];
  const small = first.toLowerCase() + word;
  const isNoName =
    NO_NAMES.has(small) ||
    (REQUEST.has(small) && DETERMINERS.has(next)) ||
    (MODALS.has(small) && PRONOUNS.has(next.toLowerCase()));
  return isNoName ? small + sentence.slice(small.length) : sentence;
}
