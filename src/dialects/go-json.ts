import { JsonCursor, type Span } from "../images/json-cursor.ts";
import { bufferOf } from "../runtime/buffer-of.ts";
import { isObject } from "../runtime/is-object.ts";
import { assertNoExcess } from "../runtime/parse-json.ts";

/** A JSON object as Ollama's decoder (Go's encoding/json) reads it. */
export interface GoObject {
  /**
   * The values that stand under a name, in their order. Go compares names without case, and of
   * several the last one counts, save that null changes no text and that objects and lists are
   * read into what an earlier value has left.
   * @param name in lower case.
   */
  values: (name: string) => unknown[];
  /** It is the whole body, and no name that was asked for stands in it in more than one way. */
  isPlain: boolean;
}

/** Names that may stand in a body twice and yet once in what `JSON.parse` makes of it. */
const MERGED = ['"messages"', '"options"'];

/** A text that null leaves as an equal name before it has set it, which `JSON.parse` forgets. */
const KEPT = "model";

/** A letter written as an escape, which nobody's encoder does. */
const ESCAPED_LETTER = /\\u00[4-7]/;

/**
 * Reads a body that Go's decoder would read. It takes the first value, whatever follows.
 * @param names that will be asked for, in lower case.
 * @returns undefined for what is no JSON object.
 * @throws JsonExcessError as `parseJson`.
 */
export function readGoObject(bytes: Uint8Array, names: ReadonlySet<string>): GoObject | undefined {
  const buffer = bufferOf(bytes);
  assertNoExcess(buffer);
  const text = buffer.toString();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return readFirstOf(buffer, names);
  }
  if (!isObject(value)) return undefined;
  const object = value;
  if (!isSpeltPlainly(object, names) || object[KEPT] === null || isDoubtful(text)) {
    return readEach(buffer, names, true);
  }
  return {
    values: (name) => (Object.hasOwn(object, name) ? [object[name]] : []),
    isPlain: true,
  };
}

/**
 * Where the text stands, without its quotes, that Go takes under a name: the last one. The body must
 * have been read before.
 * @param name in lower case.
 */
export function goTextSpan(bytes: Uint8Array, name: string): Span | undefined {
  let last: Span | undefined;
  const cursor = new JsonCursor(bufferOf(bytes));
  cursor.object((written) => {
    const span = cursor.text();
    if (span && folded(written) === name) last = span;
  });
  return last;
}

/** The values under a name in an object that JSON.parse has made. @param name in lower case. */
export function valuesLike(object: Record<string, unknown>, name: string): unknown[] {
  const values: unknown[] = [];
  // Each part of each message comes through here: no lists of keys.
  for (const key in object) {
    if (key === name || (key.length === name.length && folded(key) === name)) {
      values.push(object[key]);
    }
  }
  return values;
}

/** Go takes for a letter whatever differs from it in case only: `\u017f` for s, `\u212a` for k. */
function folded(key: string): string {
  const lower = key.toLowerCase();
  return lower.includes("\u017f") ? lower.replaceAll("\u017f", "s") : lower;
}

function isSpeltPlainly(object: Record<string, unknown>, names: ReadonlySet<string>): boolean {
  for (const key in object) if (!names.has(key) && names.has(folded(key))) return false;
  return true;
}

function isDoubtful(text: string): boolean {
  // Each small request comes through here: two searches cost less than an expression over it all.
  for (const name of MERGED) {
    const first = text.indexOf(name);
    if (first >= 0 && text.includes(name, first + name.length)) return true;
  }
  return text.includes("\\u00") && ESCAPED_LETTER.test(text);
}

/** The first value of a body that has something behind it. */
function readFirstOf(body: Buffer, names: ReadonlySet<string>): GoObject | undefined {
  const cursor = new JsonCursor(body);
  if (!cursor.isObject()) return undefined;
  cursor.skip();
  const first = body.subarray(0, cursor.position);
  try {
    JSON.parse(first.toString());
  } catch {
    return undefined;
  }
  return readEach(first, names, false);
}

/**
 * Walks over the fields one by one, so that none hides another.
 * @param isWhole nothing stands behind the object.
 */
function readEach(body: Buffer, names: ReadonlySet<string>, isWhole: boolean): GoObject {
  let isPlain = isWhole;
  const found = new Map<string, unknown[]>();
  const cursor = new JsonCursor(body);
  cursor.object((written) => {
    const name = folded(written);
    const start = cursor.position;
    cursor.skip();
    if (!names.has(name)) return;
    const value: unknown = JSON.parse(body.toString("utf8", start, cursor.position));
    const values = found.get(name);
    if (values || written !== name) isPlain = false;
    if (values) values.push(value);
    else found.set(name, [value]);
  });
  return { values: (name) => found.get(name) ?? [], isPlain };
}
