import { JsonCursor } from "../images/json-cursor.ts";
import { bufferOf } from "../runtime/buffer-of.ts";

/** The bytes of a body that say how large a context it asks for, or in whose place that can be said. */
export interface NumCtxPlace {
  start: number;
  end: number;
  /** What stands around the number. */
  before: string;
  after: string;
}

/**
 * Finds where a body of Ollama's dialect says its `num_ctx`, or where it would have to be added.
 * @param body one plain JSON object that is not empty and has `options` once at most: what
 * `BodyFacts.modelIsCertain` says.
 * @returns undefined where `options` or `num_ctx` are what no server takes.
 */
export function placeOfNumCtx(body: Uint8Array): NumCtxPlace | undefined {
  const buffer = bufferOf(body);
  const cursor = new JsonCursor(buffer);
  if (!cursor.isObject()) return undefined;
  const first = cursor.position + 1;
  let place: NumCtxPlace | undefined = {
    start: first,
    end: first,
    before: '"options":{"num_ctx":',
    after: "},",
  };
  cursor.object((name) => {
    if (name === "options") place = placeInOptions(cursor, buffer);
    else cursor.skip();
  });
  return place;
}

function placeInOptions(cursor: JsonCursor, body: Buffer): NumCtxPlace | undefined {
  if (!cursor.isObject()) {
    const { start, end, text } = scalar(cursor, body);
    return text === "null" ? { start, end, before: '{"num_ctx":', after: "}" } : undefined;
  }
  const first = cursor.position + 1;
  let isEmpty = true;
  let found: ReturnType<typeof scalar> | undefined;
  cursor.object((name) => {
    isEmpty = false;
    // Of several the last one counts.
    if (name === "num_ctx") found = scalar(cursor, body);
    else cursor.skip();
  });
  if (!found) {
    return { start: first, end: first, before: '"num_ctx":', after: isEmpty ? "" : "," };
  }
  const { start, end, text } = found;
  return /^(?:null|[-\d][^\s"]*)$/.test(text) ? { start, end, before: "", after: "" } : undefined;
}

/** Takes the next value. */
function scalar(cursor: JsonCursor, body: Buffer): { start: number; end: number; text: string } {
  // Behind the white space before it.
  cursor.isObject();
  const start = cursor.position;
  cursor.skip();
  const end = cursor.position;
  // A number has few digits; what is longer is cut, and none then.
  return { start, end, text: end - start > 64 ? "" : body.toString("latin1", start, end) };
}

/** The body with this number at that place, in pieces; every other byte is as it was. */
export function withNumCtx(body: Uint8Array, place: NumCtxPlace, numCtx: number): Uint8Array[] {
  const { start, end, before, after } = place;
  return [body.subarray(0, start), Buffer.from(`${before}${numCtx}${after}`), body.subarray(end)];
}
