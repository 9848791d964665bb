import type { Lists } from "../phrases.ts";
import { BE, DO, HAVE, MODALS, QUESTION_WORDS } from "./function-words.ts";

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter(Boolean));

/** Verbs that ask the model for an answer or a text: "can you …" before them is courtesy. */
export const REQUEST =
  words(`explain tell show write give list name describe suggest recommend summarize summarise translate
rewrite rephrase shorten find create make draft compose calculate convert compare generate provide help walk correct
proofread check solve plan outline identify define fix design let`);

export const AUXILIARY: ReadonlySet<string> = new Set([...BE, ...DO, ...HAVE, ...MODALS]);

/** Lists that phrases look ahead for (`&REQUEST`) or rule out (`!SELF`). */
export const LISTS: Lists = {
  REQUEST,
  AUXILIARY,
  /** "Tell me" and the like before them are no part of the question. */
  WH: QUESTION_WORDS,
  /** What may follow a greeting. */
  STARTS: new Set([...QUESTION_WORDS, ...AUXILIARY, ...REQUEST, "i", "please", "my"]),
  /** What one asks to be given; "tell me the" asks what it is. */
  GIVEN: words("a an some number two three four five six seven eight nine ten"),
  /** "How do I look" does not ask how to look. */
  SELF: words("look sound feel seem smell taste appear do"),
};
