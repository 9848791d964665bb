import { QUANTIFIERS } from "../data/topics.ts";
import { sameWordsOf } from "./rule.ts";

/** All, any, some, most, only: how much of a thing is meant. */
export const quantifier = sameWordsOf("quantifier", QUANTIFIERS);
