const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
/** `{` and `[`, `}` and `]` differ from one another in this bit alone. */
const SQUARE = 0x20;
const OPENING = 0x7b;
const CLOSING = 0x7d;

/** The numbers of parts in a JSON text; each is right to within the number of brackets. */
export type JsonParts = {
  readonly items: number;
  readonly members: number;
  /** The bracket that is nested deeper than `maxDepth`, if any. */
  readonly tooDeep: "[" | "{" | undefined;
};

/** Counts the parts of a JSON text without building any of them. */
export function countParts(json: Uint8Array, maxDepth: number): JsonParts {
  let items = 0;
  let members = 0;
  let depth = 0;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at] ?? 0;
    if (byte === COMMA) items += 1;
    else if (byte === COLON) members += 1;
    else if (byte === QUOTE) at = endOfString(json, at);
    else if ((byte | SQUARE) === OPENING) depth += 1;
    else if ((byte | SQUARE) === CLOSING) depth -= 1;
    if (depth > maxDepth) return { items, members, tooDeep: byte === OPENING ? "{" : "[" };
  }
  return { items, members, tooDeep: undefined };
}

/** The index of the quotation mark that ends the string beginning at `start`. */
function endOfString(json: Uint8Array, start: number): number {
  let at = start;
  do {
    at = json.indexOf(QUOTE, at + 1);
  } while (at >= 0 && isEscaped(json, at));
  return at < 0 ? json.length : at;
}

function isEscaped(json: Uint8Array, at: number): boolean {
  let first = at;
  while (json[first - 1] === BACKSLASH) first -= 1;
  return (at - first) % 2 === 1;
}
