import { bufferOf } from "./buffer-of.ts";
import { excessInJson, MAX_VALUES } from "./count-json.ts";
import { isNestedTooDeep, MAX_LEVELS, type Excess } from "./nesting.ts";

/**
 * Texts up to this are parsed uncounted: it takes a millisecond, whatever is in them. What they
 * hold may be 30 000 levels deep, which `JSON.parse` takes and `JSON.stringify` does not.
 */
const UNCOUNTED_BYTES = 65_536;

/** A parser's words quote the body. */
const LONGEST_REASON = 200;

/** A JSON text that is too large to be parsed. Its message says so of a body. */
export class JsonExcessError extends Error {
  constructor(excess: NonNullable<Excess>, maxValues: number = MAX_VALUES) {
    super(
      excess === "values"
        ? `The body has more than ${maxValues} JSON values`
        : `The body is nested more than ${MAX_LEVELS} levels deep`,
    );
    this.name = "JsonExcessError";
  }
}

/**
 * Parses JSON that others have written.
 * @param maxValues default a million.
 * @throws SyntaxError; JsonExcessError for more values or 500 levels, unless the text is small.
 */
export function parseJson(json: Uint8Array, maxValues: number = MAX_VALUES): unknown {
  const bytes = bufferOf(json);
  assertNoExcess(bytes, maxValues);
  return JSON.parse(bytes.toString("utf8"));
}

/** Lets JSON pass that `parseJson` would parse. @throws JsonExcessError. */
export function assertNoExcess(bytes: Buffer, maxValues: number = MAX_VALUES): void {
  const excess = bytes.byteLength > UNCOUNTED_BYTES ? excessInJson(bytes, maxValues) : undefined;
  if (excess) throw new JsonExcessError(excess, maxValues);
}

/** Why a body cannot be parsed, as a sentence for its client. */
export function parseFailure(err: unknown): string {
  if (err instanceof JsonExcessError) return err.message;
  const why = err instanceof Error && err.message !== "" ? `: ${err.message}` : "";
  return `The body is not JSON${why.slice(0, LONGEST_REASON)}`;
}

/**
 * As `parseJson`, for what will be written as JSON again: a small text too may be nested no deeper.
 * Short ones cost nothing more, since each level takes two bytes.
 */
export function parseFlatJson(json: string | Uint8Array): unknown {
  if (json.length > UNCOUNTED_BYTES) {
    return parseJson(typeof json === "string" ? Buffer.from(json) : json);
  }
  const value: unknown = typeof json === "string" ? JSON.parse(json) : parseJson(json);
  if (json.length > 2 * MAX_LEVELS && isNestedTooDeep(value)) throw new JsonExcessError("levels");
  return value;
}
