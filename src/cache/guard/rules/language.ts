import { LANGUAGES } from "../data/topics.ts";
import { sameWordsOf } from "./rule.ts";

/** The language asked for, of people or of programs. */
export const language = sameWordsOf("language", LANGUAGES);
