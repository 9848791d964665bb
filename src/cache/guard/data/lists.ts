import type { Lists } from "../phrases.ts";
import { BE, DO, HAVE, MODALS, QUESTION_WORDS } from "./function-words.ts";
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
  /** "Can you explain the joke" asks for it, "can you explain a joke" whether one can. */
  OBJECT: new Set(["the", "me", "us", ...QUESTION_WORDS]),
  /** What is done on purpose. */
  DEED: words(`install uninstall remove delete rename reset fix replace configure download upload sort merge
reverse center print cook bake boil fry peel clean wash iron fold sew knit sharpen descale tie`),
  ARTICLE: words("a an the"),
  /** What is told in a word. "Tell me the story" is no "what is the story". */
  MEASURE: words("capital population difference distance height weight"),
};
