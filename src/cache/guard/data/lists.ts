import type { Lists } from "../phrases.ts";
import { BE, DETERMINERS, DO, HAVE, MODALS, QUESTION_WORDS } from "./function-words.ts";
import { REQUEST } from "./requests.ts";

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter(Boolean));

export const AUXILIARY: ReadonlySet<string> = new Set([...BE, ...DO, ...HAVE, ...MODALS]);

/** What a question or a request begins with, behind a greeting. */
export const STARTS: ReadonlySet<string> = new Set([
  ...QUESTION_WORDS,
  ...AUXILIARY,
  ...REQUEST,
  ...words("i my please so ok"),
]);

/** Lists that phrases look ahead for (`&REQUEST`) or rule out (`!SELF`). */
export const LISTS: Lists = {
  REQUEST,
  AUXILIARY,
  /** "Tell me" and the like before them are no part of the question. */
  WH: QUESTION_WORDS,
  STARTS,
  /** "Can you translate this" asks for a translation, "can you translate Latin" for a skill. */
  OBJECT: new Set([...DETERMINERS, ...QUESTION_WORDS, "it", "that", "payload", "number", "code"]),
  /** "How do I look" does not ask how to look: verbs of what one is, and of what the body does. */
  SELF: words(`look sound feel seem smell taste appear do compare rate rank differ come fare fit weigh see hear
sleep breathe dream think grow age die live exist matter relate know`),
};
