import { ServiceError } from "../errors/service-error.ts";
import { JsonExcessError, parseFlatJson } from "../runtime/parse-json.ts";

const MIB = 1_048_576;

/** Ollama's own clients give up at 512 KB; an answer in one piece (embeddings) can be longer. */
const MAX_LINE_BYTES = 16 * MIB;

/** An answer that is kept, or read whole. Of text it would be half a million tokens. */
export const MAX_ANSWER_BYTES = 64 * MIB;

/** What a server says of itself or of an error: lists of models, a model's template and license. */
export const MAX_REPORT_BYTES = 16 * MIB;

interface ReadLimit {
  /** Reading stops beyond it. Default 64 MiB. */
  maxBytes?: number;
}

/**
 * The JSON objects of an NDJSON body, however the network cut it.
 * @throws ServiceError `upstream_unavailable` for a line that is no JSON, a line or a whole without
 * end.
 */
export async function* jsonLines(
  body: AsyncIterable<Uint8Array>,
  { maxBytes = MAX_ANSWER_BYTES }: ReadLimit = {},
): AsyncGenerator<Record<string, unknown>> {
  const decoder = new TextDecoder();
  let length = 0;
  // Put together only when its end has come: a long line may come in many thousand pieces.
  let rest = "";
  for await (const chunk of body) {
    length += chunk.byteLength;
    if (length > maxBytes) throw broken("an answer without end");
    const text = decoder.decode(chunk, { stream: true });
    let from = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
      const line = rest + text.slice(from, end);
      rest = "";
      from = end + 1;
      if (line !== "") yield parsed(line);
    }
    rest += text.slice(from);
    if (rest.length > MAX_LINE_BYTES) throw broken("a line without end");
  }
  rest += decoder.decode();
  if (rest.trim() !== "") yield parsed(rest);
}

/** A whole body as one JSON object. @throws ServiceError as `jsonLines`. */
export async function jsonBody(
  body: AsyncIterable<Uint8Array> | null,
  { maxBytes = MAX_ANSWER_BYTES }: ReadLimit = {},
): Promise<Record<string, unknown>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.byteLength;
    if (length > maxBytes) throw broken("an answer without end");
    chunks.push(chunk);
  }
  return parsed(Buffer.concat(chunks, length));
}

/** Reads a body that says nothing, so that its connection is free again. @throws as `jsonBody`. */
export async function skipBody(body: AsyncIterable<Uint8Array>): Promise<void> {
  let length = 0;
  for await (const chunk of body) {
    length += chunk.byteLength;
    if (length > MAX_REPORT_BYTES) throw broken("an answer without end");
  }
}

function parsed(json: string | Uint8Array): Record<string, unknown> {
  try {
    const value = parseFlatJson(json);
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch (err) {
    if (err instanceof JsonExcessError) throw broken("more JSON than can be read");
    // Falls through to the error below.
  }
  throw broken("something that is not JSON");
}

/** The error for a server whose answer cannot be read. */
export function broken(what: string): ServiceError {
  return new ServiceError("upstream_unavailable", `The inference server sent ${what}`);
}
