import { renderError } from "../errors/render.ts";
import type { ShownRequest } from "./shown-request.ts";
import { openaiLogprobs } from "./logprobs.ts";
import { fromOllamaCalls } from "./messages.ts";
import { textOf } from "../inference/answer-text.ts";
import { sseFrame } from "./native-frames.ts";
import type { OllamaAnswer } from "../inference/answers.ts";
import { truncatedField } from "../inference/truncation.ts";
import { schemaValidField } from "../inference/answer-schema.ts";
import { usageOf } from "../inference/usage.ts";

/** The token counts of an answer in OpenAI's form. */
export function openaiUsage(last: OllamaAnswer) {
  const { inputTokens: prompt = 0, outputTokens: completion = 0 } = usageOf(last);
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
  };
}

/** Ollama's whole answer as a chat completion (contract §2.7). */
export function chatCompletion(request: ShownRequest, answer: OllamaAnswer) {
  const calls = fromOllamaCalls(answer["message"]);
  return {
    id: completionId(request),
    object: "chat.completion" as const,
    created: createdOf(request),
    model: request.model ?? "",
    choices: [
      {
        index: 0,
        message: {
          role: "assistant" as const,
          content: textOf(answer),
          refusal: null,
          annotations: [],
          ...(calls ? { tool_calls: calls } : {}),
        },
        logprobs: openaiLogprobs(answer),
        finish_reason: finishReason(answer, calls !== undefined),
      },
    ],
    usage: openaiUsage(answer),
    system_fingerprint: null,
    ...truncatedField(answer),
    ...runField(answer),
  };
}

/** Of an agent's run: what OpenAI has no field for. */
function runField({ shared_ollama: facts }: OllamaAnswer): { shared_ollama?: object } {
  return typeof facts === "object" && facts !== null ? { shared_ollama: facts } : {};
}

/**
 * Ollama's lines as chat completion chunks: the role in the first, usage in the finishing one, there
 * also `truncated` where the prompt was cut and `schema_valid`, `[DONE]` at the end. A failure mid-stream is an `error` frame before `[DONE]`.
 */
export async function* chatCompletionFrames(
  lines: AsyncGenerator<OllamaAnswer>,
  request: ShownRequest,
  { onError }: { onError: (err: unknown) => void },
): AsyncGenerator<string> {
  const head = {
    id: completionId(request),
    object: "chat.completion.chunk",
    created: createdOf(request),
    model: request.model,
  };
  const chunk = (
    line: OllamaAnswer,
    delta: object,
    finish: string | null,
    atEnd: object = {},
  ): string =>
    sseFrame({
      ...head,
      choices: [{ index: 0, delta, logprobs: openaiLogprobs(line), finish_reason: finish }],
      system_fingerprint: null,
      ...atEnd,
    });
  let first = true;
  let callCount = 0;
  try {
    for await (const line of lines) {
      const text = textOf(line);
      const calls = fromOllamaCalls(line["message"]);
      const done = line["done"] === true;
      const delta = {
        ...(first ? { role: "assistant" } : {}),
        ...(text !== "" || first ? { content: text } : {}),
        // Ollama sends each call in a line of its own; clients join pieces by the index.
        ...(calls
          ? { tool_calls: calls.map((call, i) => ({ index: callCount + i, ...call })) }
          : {}),
      };
      first = false;
      callCount += calls?.length ?? 0;
      // As newer Ollamas have it: the chunk that finishes the answer says nothing beside.
      const isSaid = done && Object.keys(delta).length === 0;
      if (!isSaid) yield chunk(line, delta, null);
      const rest = isSaid ? line : {};
      if (done) yield chunk(rest, {}, finishReason(line, callCount > 0), atEndOf(request, line));
    }
  } catch (err) {
    onError(err);
    yield sseFrame(renderError(err, "openai", request.id).body);
  }
  yield "data: [DONE]\n\n";
}

/** Further fields of the chunk that finishes the answer; some could not be in a head that came early. */
function atEndOf({ hasWaitNotices, call }: ShownRequest, last: OllamaAnswer): object {
  return {
    usage: openaiUsage(last),
    ...truncatedField(last),
    ...schemaValidField(last),
    ...runField(last),
    ...(hasWaitNotices ? { model_load_ms: Math.round(call.loadMs ?? 0) } : {}),
  };
}

function finishReason(last: OllamaAnswer, calledTools: boolean): "stop" | "length" | "tool_calls" {
  // Calls that were cut off are no calls to make.
  if (last["done_reason"] === "length") return "length";
  return calledTools ? "tool_calls" : "stop";
}

function completionId(request: ShownRequest): string {
  return `chatcmpl-${request.id}`;
}

function createdOf(request: ShownRequest): number {
  return Math.floor(request.startedAtMs / 1000);
}
