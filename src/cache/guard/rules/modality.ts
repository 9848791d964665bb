import { MODALS } from "../data/function-words.ts";
import { sameWordsOf } from "./rule.ts";

/** What one can do, may do, should do and must do are four questions. */
export const modality = sameWordsOf("modality", new Set([...MODALS, "ever", "always"]));
