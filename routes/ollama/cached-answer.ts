import type { AppContext } from "../../middleware/env.ts";
import type { CacheMode } from "../../src/cache/answer-cache.ts";
import { canKeepRaw, rawQuestionOf } from "../../src/cache/question.ts";
import { type RawAnswer, type RawHead, rawOutcome } from "../../src/cache/raw-answer.ts";
import { renderError } from "../../src/errors/render.ts";
import { ClientLeft, isAbort, ServiceError } from "../../src/errors/service-error.ts";
import type { BodyFacts } from "../../src/inference/inspect-body.ts";
import type { Audience } from "../../src/inference/runner.ts";
import { unloads } from "../../src/models/keep-alive.ts";
import { withEarlyEnd } from "../../src/http/early-end.ts";
import { jsonLine } from "../../src/runtime/json-line.ts";
import { bodyStream } from "../../src/http/streams.ts";
import type { UpstreamAnswer } from "../../src/http/transport.ts";
import { broken, MAX_ANSWER_BYTES } from "../../src/hosts/lines.ts";
import { tellOfCache } from "../cache-headers.ts";
import { admit, type Asking, settleModel } from "./admit.ts";
import type { PassThroughServices } from "./services.ts";

interface Asked {
  body: Uint8Array;
  facts: BodyFacts;
  mode: CacheMode;
}

/** What a piece takes beside its bytes. */
const OVERHEAD_BYTES = 128;

/** An answer as it comes: its head, then its bytes. */
type Piece = RawHead | Uint8Array;

/**
 * Answers a drop-in request that asks for the response cache: with the bytes of an earlier answer,
 * or with those that come now, which are kept. @returns undefined when the cache has no part in
 * it: then it is passed through, and the answer will say so.
 */
export async function passCached(
  c: AppContext,
  services: PassThroughServices,
  { body, facts, mode }: Asked,
): Promise<Response | undefined> {
  const { answers } = services;
  if (!answers) return undefined;
  const path = c.req.path;
  const record = c.get("record");
  const canAsk = facts.modelIsCertain && !facts.hasImages && !unloads(facts.keepAlive);
  const scope = {
    exchange: c.get("exchange"),
    record,
    cache: canAsk && canKeepRaw(path) ? mode : ("off" as const),
  };
  const question = await answers.questionOf(facts.model, scope, (of) =>
    rawQuestionOf({ path, model: facts.model, body }, of),
  );
  if (!question) {
    tellOfCache(c);
    return undefined;
  }
  const answered = await answers.answer(question, scope, {
    form: "raw",
    bytesOf: (piece: Piece) => OVERHEAD_BYTES + ("byteLength" in piece ? piece.byteLength : 0),
    start: (audience) => open(services, { path, body, facts, record }, audience),
    outcome: ([head, ...chunks]: Piece[]) => rawOutcome(head as RawHead, chunks as Uint8Array[]),
  });
  tellOfCache(c);
  if ("kept" in answered) {
    const { contentType, body: kept } = answered.kept as RawAnswer;
    return whole(c, { status: 200, contentType }, Buffer.from(kept));
  }
  const { value: head } = await answered.lines.next();
  return shown(c, head as RawHead, answered.lines as AsyncGenerator<Uint8Array>);
}

/** Answers in one piece, or as a stream where the inference server streams. */
async function shown(
  c: AppContext,
  head: RawHead,
  chunks: AsyncGenerator<Uint8Array>,
): Promise<Response> {
  if (head.contentType.startsWith("application/json")) {
    const all: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of chunks) {
      bytes += chunk.byteLength;
      if (bytes > MAX_ANSWER_BYTES) throw broken("an answer without end");
      all.push(chunk);
    }
    return whole(c, head, Buffer.concat(all, bytes));
  }
  const record = c.get("record");
  record.isOpen = true;
  record.streamed = true;
  const body = bodyStream(
    withEarlyEnd(closedWithError(c, head, chunks), () => chunks.return(undefined)),
    (bytes, complete) => record.end({ status: head.status, bytes, complete }),
    c.get("exchange"),
  );
  return c.body(body, head.status as 200, {
    ...headersOf(head),
    // nginx would hold pieces back.
    "X-Accel-Buffering": "no",
  });
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
    const { body } = renderError(err, c.get("dialect"), record.id);
    const isEvents = contentType.startsWith("text/event-stream");
    const isOpenLine = last !== undefined && last.at(-1) !== "\n".charCodeAt(0);
    const json = jsonLine(body);
    yield `${isOpenLine ? "\n" : ""}${isEvents ? `data: ${json}\n` : json}\n`;
  }
}

function whole(c: AppContext, head: RawHead, body: Buffer): Response {
  c.get("record").bytes = body.byteLength;
  return c.body(new Uint8Array(body), head.status as 200, headersOf(head));
}

function headersOf({ contentType, location }: RawHead): Record<string, string> {
  return { "Content-Type": contentType, ...(location === undefined ? {} : { Location: location }) };
}

/** Runs a request to where its answer begins. @throws ServiceError; ClientLeft. */
async function open(
  services: PassThroughServices,
  asking: Asking & { body: Uint8Array },
  audience: Audience,
): Promise<AsyncGenerator<Piece>> {
  const { transport, upstream } = services;
  const { path, body, facts, record } = asking;
  const admitted = await admit(services, asking, audience);
  const { place } = admitted;
  const abort = new AbortController();
  const stopListening = audience.onLeave(() => abort.abort(new ClientLeft()));
  const finish = (status: number, complete: boolean): void => {
    stopListening();
    if (!complete) abort.abort(new ClientLeft());
    place.release(complete && status < 500 ? "completed" : "failed");
    settleModel(services, facts, { status, complete });
  };
  const sentAt = performance.now();
  try {
    // Whoever had left before it was listened to is not told of again.
    if (audience.hasLeft) throw new ClientLeft();
    const { origin } = upstream;
    const call = { origin, method: "POST", path, body, signal: abort.signal };
    const answer = await place.during("call", transport.call(call));
    place.ownedBy("answer", answer.isBeingRead, () =>
      abort.abort(new Error("the place was held by nobody")),
    );
    record.letGoOfBody();
    record.firstMs = performance.now() - sentAt;
    return pieces(services, answer, { signal: abort.signal, finish });
  } catch (err) {
    finish(0, false);
    if (err instanceof ServiceError) upstream.suspect();
    throw err;
  }
}

async function* pieces(
  { upstream }: PassThroughServices,
  { status, contentType, location, body }: UpstreamAnswer,
  { signal, finish }: { signal: AbortSignal; finish: (status: number, complete: boolean) => void },
): AsyncGenerator<Piece> {
  let complete = false;
  try {
    yield { status, contentType, location };
    yield* body;
    complete = true;
  } catch (err) {
    signal.throwIfAborted();
    upstream.suspect();
    throw new ServiceError("upstream_unavailable", "The inference server broke off its answer", {
      cause: err,
    });
  } finally {
    finish(status, complete);
  }
}
