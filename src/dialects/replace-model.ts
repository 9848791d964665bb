import type { Span } from "../images/json-cursor.ts";
import { formModelSpan, type FormHead } from "./form-facts.ts";
import { goTextSpan } from "./go-json.ts";
import { compressZstd, decompressZstd } from "./zstd-body.ts";

/** How a body is written: JSON as it stands, JSON under zstd, or the form that its head tells of. */
export type BodyWriting = "json" | "zstd" | FormHead;

/** A body, and the model that it is to name. */
export interface ModelReplacement {
  body: Uint8Array;
  writing: BodyWriting;
  model: string;
}

/**
 * A body that names another model; every other byte of it stays, under zstd every other byte of
 * what is compressed. The body must have been read before, and have named its model.
 */
export async function replaceModel({
  body,
  writing,
  model,
}: ModelReplacement): Promise<Uint8Array> {
  if (writing === "json") return replaceText(body, "model", model);
  if (writing !== "zstd") return withBytes(body, formModelSpan(body, writing), model);
  const json = await decompressZstd(body);
  return json.ok ? compressZstd(replaceText(json.bytes, "model", model)) : body;
}

/** The same for any text of a JSON object, in place of the one that a server in Go would read. */
export function replaceText(body: Uint8Array, name: string, text: string): Uint8Array {
  return withBytes(body, goTextSpan(body, name), JSON.stringify(text).slice(1, -1));
}

function withBytes(body: Uint8Array, span: Span | undefined, text: string): Uint8Array {
  if (!span) return body;
  const replaced = [body.subarray(0, span.start), Buffer.from(text), body.subarray(span.end)];
  return Buffer.concat(replaced);
}
