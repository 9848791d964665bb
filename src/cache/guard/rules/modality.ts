import { MODALITY } from "../data/classes.ts";
import { sameWordsOf } from "./rule.ts";

/** What one can do, may do, should do and must do are four questions. */
export const modality = sameWordsOf("modality", MODALITY);
