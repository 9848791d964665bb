import { MONTHS_AND_DAYS } from "../data/topics.ts";
import { sameWordsOf } from "./rule.ts";

/** Months, days, times of the day or year, "now" and "ago"; their numbers are another rule's. */
export const dates = sameWordsOf("dates", MONTHS_AND_DAYS);
