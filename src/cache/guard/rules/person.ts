import { PRONOUNS } from "../data/function-words.ts";
import { sameWordsOf } from "./rule.ts";

/** "That I failed" is not "that they failed". */
export const person = sameWordsOf("person", PRONOUNS);
