import type { CharRange } from "./char-ranges.ts";

/** A regular expression as it is written. */
export type Pattern =
  | { readonly kind: "chars"; readonly ranges: readonly CharRange[] }
  | { readonly kind: "sequence"; readonly items: readonly Pattern[] }
  | { readonly kind: "choice"; readonly options: readonly Pattern[] }
  | {
      readonly kind: "repeat";
      readonly item: Pattern;
      readonly min: number;
      /** `Infinity` when there is no end to it. */
      readonly max: number;
    }
  | { readonly kind: "start" }
  | { readonly kind: "end" }
  | { readonly kind: "ahead"; readonly negative: boolean; readonly item: Pattern };

/** A pattern that is invalid or not supported; the message says why. */
export class PatternError extends Error {}
