import { z } from "@hono/zod-openapi";
import { logprobsField } from "../../../src/dialects/logprobs.ts";
import { fromOllamaCalls, toOllamaMessages } from "../../../src/dialects/messages.ts";
import { metricsBlock } from "../../../src/dialects/metrics-block.ts";
import { textOf } from "../../../src/inference/answer-text.ts";
import { nativeFrames } from "../../../src/dialects/native-frames.ts";
import { mustCall } from "../../../src/dialects/tools.ts";
import { textsOf } from "../../../src/dialects/prompt-limit.ts";
import { nativeNotice } from "../../../src/dialects/wait-notices.ts";
import type { OllamaAnswer } from "../../../src/inference/answers.ts";
import type { RequestRecord } from "../../../src/requests/request-record.ts";
import { textModel } from "../choose-model.ts";
import { strictOf } from "../contract/answer-format.ts";
import { generationFields, generationHints, nativeFields } from "../contract/generation.ts";
import { LIST_LIMITS } from "../contract/list-limits.ts";
import { list } from "../contract/lists.ts";
import { NativeMessage } from "../contract/messages.ts";
import type { ChatForm } from "./chat-form.ts";
import { showingCalls } from "./showing-calls.ts";

export const ChatRequest = z
  .strictObject({ messages: list(NativeMessage, LIST_LIMITS.messages).min(1), ...nativeFields })
  .openapi("ChatRequest", {
    example: {
      model: "smollm2:135m",
      messages: [{ role: "user", content: "Why is the sky blue?" }],
    },
  });

/** Chat in the service's own form. */
export const nativeChat: ChatForm<z.infer<typeof ChatRequest>> = {
  schema: ChatRequest,
  prepare: async (input, _images, models) => ({
    request: {
      path: "/api/chat",
      line: "text",
      model: await textModel(models, input.model, textsOf(input.messages)),
      body: { messages: toOllamaMessages(input.messages), ...generationFields(input) },
      hints: generationHints(input),
      strict: strictOf(input),
      mustCall: mustCall(input),
    },
    stream: input.stream,
    shape: showingCalls(
      {
        whole: chatAnswer,
        frames: (lines, record, onError) => nativeFrames(lines, record, { role: true, onError }),
        notice: (record) => nativeNotice(record, { role: true }),
      },
      input,
    ),
  }),
};

/** Ollama's whole answer in the service's own form (contract §3.2). */
export function chatAnswer(answer: OllamaAnswer, record: RequestRecord) {
  const calls = fromOllamaCalls(answer["message"]);
  const content = textOf(answer);
  const message = {
    role: "assistant",
    content: calls && content === "" ? null : content,
    tool_calls: calls ?? null,
    tool_call_id: null,
  };
  return { message, ...logprobsField(answer), ...metricsBlock(record, answer) };
}
