import type { AppContext } from "../../middleware/env.ts";
import type { CachedScope } from "../../src/cache/answer-cache.ts";
import { ClientLeft, isAbort } from "../../src/errors/abort-reasons.ts";
import type { OllamaAnswer } from "../../src/inference/answers.ts";
import type { OllamaRequest } from "../../src/inference/runner.ts";
import { truncatedField } from "../../src/inference/truncation.ts";
import { withEarlyEnd } from "../../src/http/early-end.ts";
import { comingPieces, unlessLate, withNotices } from "../../src/http/late-pieces.ts";
import { LightSignal } from "../../src/runtime/light-signal.ts";
import type { RequestRecord } from "../../src/requests/request-record.ts";
import { answerJson } from "../answer-json.ts";
import { cacheMode, tellOfCache } from "../cache-headers.ts";
import { tellOfContext } from "../context-header.ts";
import { tellOfLoad } from "../load-header.ts";
import { maxWaitMs } from "../max-wait-header.ts";
import { isBackground } from "../priority-header.ts";
import { streamAnswer, streamHead } from "../stream-answer.ts";
import { tellOfTruncation } from "../truncation-header.ts";
import type { GenerationServices } from "./services.ts";

/** A request that was understood: what Ollama is asked, and how its answer is shown. */
export interface PreparedRequest {
  request: OllamaRequest;
  stream: boolean | undefined;
  shape: AnswerShape;
}

/** How a form shows what Ollama answers. */
export interface AnswerShape {
  whole: (answer: OllamaAnswer, record: RequestRecord) => object;
  /** Server-sent events of a stream; told of failures that can only be shown inside it. */
  frames: (
    lines: AsyncGenerator<OllamaAnswer>,
    record: RequestRecord,
    onError: (err: unknown) => void,
  ) => AsyncGenerator<string>;
  /** What a stream has for a client that has to wait; it is no part of the answer. */
  notice: (record: RequestRecord) => string;
}

/** So often a waiting client is told again: proxies close connections that are silent for long. */
const NOTICE_EVERY_MS = 5000;

/** Runs a request, and answers with the whole or with a stream. @throws ServiceError; ClientLeft. */
export async function answer(
  c: AppContext,
  services: GenerationServices,
  prepared: PreparedRequest,
): Promise<Response> {
  const record = c.get("record");
  const { signal } = c.get("exchange");
  // The client may have left while its body was read: nothing is made for it.
  signal.throwIfAborted();
  const background = isBackground(c);
  const cache = cacheMode(c) ?? "semantic";
  const scope = { record, cache, signal, background, maxExpectedMs: maxWaitMs(c) };
  if (prepared.stream) return answerStream(c, services, prepared, scope);
  const whole = await services.runner.answer(prepared.request, scope);
  tellOfCache(c);
  tellOfLoad(c);
  tellOfContext(c);
  // A stream says it in its last part: its head has gone out by then.
  tellOfTruncation(c, truncatedField(whole).truncated);
  return answerJson(c, prepared.shape.whole(whole, record));
}

/**
 * Answers with a stream. A client that waits for long is told so, which sends the head: from then on
 * a failure comes in the stream. @throws as `answer`, before that.
 */
async function answerStream(
  c: AppContext,
  { runner, notices, onStreamError }: GenerationServices,
  { request, shape }: PreparedRequest,
  scope: CachedScope,
): Promise<Response> {
  const record = c.get("record");
  // On Bun a client that leaves its stream may be told of by the stream alone.
  const leaving = new LightSignal();
  leaving.follow(scope.signal);
  const coming = runner.stream(request, { ...scope, signal: leaving });
  const { deadlines, afterMs } = notices;
  const isLate = (): boolean => !record.call.isSent;
  const begun = await unlessLate(coming, { deadlines, ms: afterMs, isLate });
  const lines = begun ?? comingPieces(coming);
  tellOfCache(c);
  tellOfContext(c);
  const frames = shape.frames(lines, record, (err) => {
    // A client that has left is no failure.
    if (isAbort(err)) return;
    record.failed(err);
    onStreamError(err, record.id);
  });
  const head = streamHead("text/event-stream");
  if (begun) {
    tellOfLoad(c);
    const pieces = withEarlyEnd(frames, () => begun.return(undefined));
    return streamAnswer(c, head, pieces);
  }
  record.streamed = true;
  record.hasWaitNotices = true;
  const told = withNotices(frames, {
    deadlines,
    everyMs: NOTICE_EVERY_MS,
    notice: () => shape.notice(record),
    onLeave: () => leaving.abort(new ClientLeft()),
  });
  return streamAnswer(c, head, told);
}
