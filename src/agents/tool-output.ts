import { flat } from "../runtime/text-limits.ts";

/** Characters of a token, at least: outputs are data, which make more tokens than prose. */
const CHARS_A_TOKEN = 3;

/** Of the context, this part is left for what the model will say. */
const LEFT_FOR_ANSWER = 0.25;

/** Of an output, however full the context is: enough to see what it is. */
const LEAST_CHARS = 400;

/** Of one output, however large the context is. */
const MOST_CHARS = 262_144;

/** The beginning says what it is, the end how it went. */
const BEGINNING = 0.7;

interface Room {
  /** Tokens of the model's context. */
  contextTokens: number;
  /** Tokens that the conversation has so far. */
  usedTokens: number;
  /** Outputs that are still to come for the same turn of the model, with this one. */
  outputs: number;
}

/** The characters that an output may have. */
export function outputRoom({ contextTokens, usedTokens, outputs }: Room): number {
  const tokens = (contextTokens * (1 - LEFT_FOR_ANSWER) - usedTokens) / outputs;
  return Math.round(Math.min(MOST_CHARS, Math.max(LEAST_CHARS, tokens * CHARS_A_TOKEN)));
}

/** An output no longer than it may be: of a longer one the beginning and the end, and how much is missing. */
export function cutOutput(text: string, maxChars: number): { text: string; cutChars: number } {
  if (text.length <= maxChars) return { text, cutChars: 0 };
  const head = whole(text.slice(0, Math.floor(maxChars * BEGINNING)));
  const tail = whole(text.slice(text.length - Math.floor(maxChars * (1 - BEGINNING))));
  const cutChars = text.length - head.length - tail.length;
  const told = `[… ${cutChars} characters were left out here: they do not fit the model's context …]`;
  return { text: flat(`${head}\n${told}\n${tail}`), cutChars };
}

/** Without halves of characters at its ends. */
function whole(text: string): string {
  return text.replace(/^[\uDC00-\uDFFF]/, "").replace(/[\uD800-\uDBFF]$/, "");
}
