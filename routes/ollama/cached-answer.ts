import type { AppContext } from "../../middleware/env.ts";
import type { CacheMode } from "../../src/cache/answer-cache.ts";
import type { CachedBytes, PassedBody } from "../../src/cache/cached-bytes.ts";
import type { RawHead } from "../../src/cache/raw-answer.ts";
import { errorPart } from "../../src/dialects/last-words.ts";
import { isAbort } from "../../src/errors/abort-reasons.ts";
import { broken, MAX_ANSWER_BYTES } from "../../src/hosts/lines.ts";
import { withEarlyEnd } from "../../src/http/early-end.ts";
import type { InferenceRequest } from "../../src/inference/pipeline.ts";
import { tellOfCache } from "../cache-headers.ts";
import { tellOfContext } from "../context-header.ts";
import { streamAnswer } from "../stream-answer.ts";

interface CachedRequest extends PassedBody {
  mode: CacheMode;
  request: InferenceRequest;
}

/**
 * Answers a drop-in request that asks for the response cache. @returns undefined when the cache has
 * no part in it: then it is passed through, and the answer will say so.
 */
export async function passCached(
  c: AppContext,
  cached: CachedBytes,
  { mode: cache, request, ...passed }: CachedRequest,
): Promise<Response | undefined> {
  const { signal } = c.get("exchange");
  const record = c.get("record");
  const { background = false, maxExpectedMs } = request;
  const scope = { signal, record, cache, background, maxExpectedMs };
  const answer = await cached.answer(passed, request, scope);
  tellOfCache(c);
  tellOfContext(c);
  if (!answer) return undefined;
  if ("kept" in answer) {
    const { contentType, body } = answer.kept;
    return whole(c, { status: 200, contentType }, Buffer.from(body));
  }
  const { head, bytes } = answer;
  return head.contentType.startsWith("application/json")
    ? whole(c, head, await collected(bytes))
    : streamed(c, head, bytes);
}

async function collected(chunks: AsyncGenerator<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.byteLength;
    if (bytes > MAX_ANSWER_BYTES) throw broken("an answer without end");
    all.push(chunk);
  }
  return Buffer.concat(all, bytes);
}

/** Answers as a stream, where the inference server streams. */
function streamed(c: AppContext, head: RawHead, chunks: AsyncGenerator<Uint8Array>): Response {
  c.get("record").streamed = true;
  return streamAnswer(
    c,
    { status: head.status, headers: headersOf(head) },
    withEarlyEnd(closedWithError(c, head, chunks), () => chunks.return(undefined)),
  );
}

/**
 * A stream that breaks says why in its last line, as Ollama's do when its runner dies; nothing
 * else could be said of it any more.
 */
async function* closedWithError(
  c: AppContext,
  { contentType }: RawHead,
  chunks: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array | string> {
  let last: Uint8Array | undefined;
  try {
    for await (const chunk of chunks) {
      yield chunk;
      last = chunk;
    }
  } catch (err) {
    if (isAbort(err)) throw err;
    const record = c.get("record");
    record.failed(err);
    const isOpenLine = last !== undefined && last.at(-1) !== "\n".charCodeAt(0);
    const part = errorPart(err, { contentType, dialect: c.get("dialect"), requestId: record.id });
    yield `${isOpenLine ? "\n" : ""}${part}`;
  }
}

function whole(c: AppContext, head: RawHead, body: Buffer): Response {
  c.get("record").bytes = body.byteLength;
  return c.body(new Uint8Array(body), head.status as 200, headersOf(head));
}

function headersOf({ contentType, location }: RawHead): Record<string, string> {
  return { "Content-Type": contentType, ...(location === undefined ? {} : { Location: location }) };
}
