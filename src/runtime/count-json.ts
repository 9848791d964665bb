import { MAX_LEVELS, type Excess } from "./nesting.ts";

/**
 * Values of one JSON text: lists, objects, texts, numbers and words, keys not counted. A million
 * takes a thread a second and 100 MB; a list of vectors for 1 000 documents has 400 000.
 */
export const MAX_VALUES = 1_000_000;

/**
 * Values of a body that the main thread works on: of so many objects 1.5 MB would hold it up for
 * longer than others should notice. A conversation of 2 000 messages has 6 000.
 */
export const MAX_VALUES_IN_HAND = 80_000;

const SPACE = 0;
const SCALAR = 1;
const QUOTE = 2;
const OPEN = 3;
const CLOSE = 4;
const COMMA = 5;
const COLON = 6;

/** What a byte is outside of texts. */
const KINDS = new Uint8Array(256).fill(SCALAR);
for (const [kind, bytes] of [
  [SPACE, " \t\r\n"],
  [QUOTE, '"'],
  [OPEN, "[{"],
  [CLOSE, "]}"],
  [COMMA, ","],
  [COLON, ":"],
] as const) {
  for (const byte of Buffer.from(bytes)) KINDS[byte] = kind;
}

/**
 * Counts what a JSON text would make of memory, before it is parsed: `JSON.parse` cannot be
 * stopped, and takes minutes for 60 MB of `{}`. One pass over the bytes, which ends at the first
 * excess; of what is no JSON it counts something, and leaves the rest to the parser.
 */
export function excessInJson(json: Buffer, maxValues: number): Excess {
  let values = 0;
  let levels = 0;
  let at = 0;
  while (at < json.length) {
    const kind = KINDS[json[at] ?? 0] ?? SPACE;
    switch (kind) {
      case SCALAR:
        values += 1;
        at += 1;
        while (at < json.length && KINDS[json[at] ?? 0] === SCALAR) at += 1;
        continue;
      case QUOTE:
        values += 1;
        at = afterText(json, at + 1);
        continue;
      case OPEN:
        values += 1;
        levels += 1;
        if (levels > MAX_LEVELS) return "levels";
        break;
      case CLOSE:
        levels -= 1;
        break;
      case COLON:
        // The text before it was a key.
        values -= 1;
        break;
      case COMMA:
        if (values > maxValues) return "values";
        break;
    }
    at += 1;
  }
  return values > maxValues ? "values" : undefined;
}

const DOUBLE_QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Texts up to this are walked through; for longer ones a native search costs less. */
const SHORT_TEXT = 64;

/** Where a text has ended that begins at `from`, behind its first quote. */
function afterText(json: Buffer, from: number): number {
  let at = from;
  for (;;) {
    const near = Math.min(at + SHORT_TEXT, json.length);
    while (at < near) {
      const byte = json[at];
      if (byte === DOUBLE_QUOTE) return at + 1;
      at += byte === BACKSLASH ? 2 : 1;
    }
    if (at >= json.length) return json.length;
    const quote = json.indexOf(DOUBLE_QUOTE, at);
    if (quote < 0) return json.length;
    let slashes = 0;
    while (quote - 1 - slashes >= at && json[quote - 1 - slashes] === BACKSLASH) slashes += 1;
    at = quote + 1;
    // Each pair is a backslash of the text; one left over makes the quote one.
    if (slashes % 2 === 0) return at;
  }
}
