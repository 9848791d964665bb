import { ServiceError } from "../errors/service-error.ts";

/** Ollama's own clients give up at 512 KB; an answer in one piece (embeddings) can be longer. */
const MAX_LINE_BYTES = 16 * 1_048_576;

/**
 * The JSON objects of an NDJSON body, however the network cut it.
 * @throws ServiceError `upstream_unavailable` for a line that is no JSON or has no end.
 */
export async function* jsonLines(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<Record<string, unknown>> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    const searched = rest.length;
    rest += decoder.decode(chunk, { stream: true });
    let from = 0;
    for (let end = rest.indexOf("\n", searched); end >= 0; end = rest.indexOf("\n", from)) {
      if (end > from) yield parsed(rest.slice(from, end));
      from = end + 1;
    }
    rest = rest.slice(from);
    if (rest.length > MAX_LINE_BYTES) throw broken("a line without end");
  }
  rest += decoder.decode();
  if (rest.trim() !== "") yield parsed(rest);
}

/** A whole body as one JSON object. @throws ServiceError as `jsonLines`. */
export async function jsonBody(body: AsyncIterable<Uint8Array>): Promise<Record<string, unknown>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.byteLength;
    if (length > 4 * MAX_LINE_BYTES) throw broken("an answer without end");
    chunks.push(chunk);
  }
  return parsed(Buffer.concat(chunks, length).toString("utf8"));
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Told below.
  }
  throw broken("something that is not JSON");
}

function broken(what: string): ServiceError {
  return new ServiceError("upstream_unavailable", `The inference server sent ${what}`);
}
