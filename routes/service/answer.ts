import type { AppContext } from "../../middleware/env.ts";
import { isAbort } from "../../src/errors/abort-reasons.ts";
import type { OllamaAnswer } from "../../src/inference/answers.ts";
import type { OllamaRequest } from "../../src/inference/runner.ts";
import { truncatedField } from "../../src/inference/truncation.ts";
import { withEarlyEnd } from "../../src/http/early-end.ts";
import type { RequestRecord } from "../../src/requests/request-record.ts";
import { answerJson } from "../answer-json.ts";
import { cacheMode, tellOfCache } from "../cache-headers.ts";
import { streamAnswer, streamHead } from "../stream-answer.ts";
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
}

/** Runs a request, and answers with the whole or with a stream. @throws ServiceError; ClientLeft. */
export async function answer(
  c: AppContext,
  { runner, onStreamError }: GenerationServices,
  { request, stream, shape }: PreparedRequest,
): Promise<Response> {
  const record = c.get("record");
  const { signal } = c.get("exchange");
  // The client may have left while its body was read: nothing is made for it.
  signal.throwIfAborted();
  const scope = { record, cache: cacheMode(c) ?? "semantic", signal };
  if (!stream) {
    const whole = await runner.answer(request, scope);
    tellOfCache(c);
    tellOfTruncation(c, whole);
    return answerJson(c, shape.whole(whole, record));
  }
  const lines = await runner.stream(request, scope);
  tellOfCache(c);
  const frames = shape.frames(lines, record, (err) => {
    // A client that has left is no failure.
    if (isAbort(err)) return;
    record.failed(err);
    onStreamError(err, record.id);
  });
  return streamAnswer(
    c,
    streamHead("text/event-stream"),
    withEarlyEnd(frames, () => lines.return(undefined)),
  );
}

/** Says in the head of a whole answer that its prompt was cut; a stream's head has gone out by then. */
function tellOfTruncation(c: AppContext, answer: OllamaAnswer): void {
  const { truncated } = truncatedField(answer);
  if (!truncated) return;
  const kept = truncated.kept ?? "unknown";
  c.get("addedHeaders").push("X-Shared-Ollama-Truncated", `kept=${kept}`);
}
