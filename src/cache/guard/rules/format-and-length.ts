import { FORMAT } from "../data/topics.ts";
import { sameWordsOf } from "./rule.ts";

/** A table is no list, a sentence no page, a friendly letter no formal one. */
export const formatAndLength = sameWordsOf("format_and_length", FORMAT);
