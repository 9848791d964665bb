import { z } from "@hono/zod-openapi";
import type { AppContext } from "../../middleware/env.ts";
import { toOllamaMessages } from "../../src/inference/messages.ts";
import { chatCompletion, chatCompletionFrames } from "../../src/inference/openai-frames.ts";
import { textsOf } from "../../src/inference/prompt-limit.ts";
import type { InferenceRequest } from "../../src/inference/runner.ts";
import { readJson } from "../read-json.ts";
import { ChatCompletion, eventStream } from "./contract/answers.ts";
import { errorResponses, INFERENCE_CODES } from "./contract/errors.ts";
import { generationFields, generationHints, openaiFields } from "./contract/generation.ts";
import { OpenAIMessage } from "./contract/messages.ts";
import { mount, type ServiceRouter } from "./router.ts";
import type { Services } from "./services.ts";
import { answerText, textModel } from "./text-answer.ts";

const ChatCompletionRequest = z
  .looseObject({ messages: z.array(OpenAIMessage).min(1), ...openaiFields })
  .openapi("ChatCompletionRequest", {
    example: {
      model: "smollm2:135m",
      messages: [{ role: "user", content: "Why is the sky blue?" }],
    },
  });

const STREAM_EXAMPLE =
  'data: {"id":"chatcmpl-7f1f…","object":"chat.completion.chunk","created":1767225600,"model":"smollm2:135m","choices":[{"index":0,"delta":{"role":"assistant","content":"Sun"},"logprobs":null,"finish_reason":null}],"system_fingerprint":null}\n\n';

const route = {
  method: "post" as const,
  path: "/api/v1/chat/completions",
  operationId: "createChatCompletion",
  tags: ["Text"],
  summary: "Chat, in OpenAI's form",
  request: {
    body: { required: true, content: { "application/json": { schema: ChatCompletionRequest } } },
  },
  responses: {
    200: {
      description: "A chat completion; with `stream: true` its chunks, then `[DONE]`",
      content: {
        "application/json": { schema: ChatCompletion },
        ...eventStream(
          "One `data:` line for each chunk, `data: [DONE]` at the end",
          STREAM_EXAMPLE,
        ),
      },
    },
    ...errorResponses(INFERENCE_CODES, "openai"),
  },
};

/** POST /api/v1/chat/completions */
export function chatCompletionsRoute(router: ServiceRouter, services: Services): void {
  const { guards } = services;
  mount(router, route, [guards.rate("chat/completions", 60), guards.tenantText], (c) =>
    chatCompletions(c, services),
  );
}

async function chatCompletions(c: AppContext, services: Services): Promise<Response> {
  const record = c.get("record");
  record.operation = "chat";
  const input = await readJson(c, ChatCompletionRequest);
  const options = { ...input, max_tokens: input.max_completion_tokens ?? input.max_tokens };
  const think = input.reasoning_effort === "none" ? { think: false } : {};
  const request: InferenceRequest = {
    path: "/api/chat",
    pool: "text",
    model: await textModel(services, input.model, textsOf(input.messages)),
    body: { messages: toOllamaMessages(input.messages), ...sent(options), ...think },
    hints: generationHints({}),
  };
  return answerText(c, services, request, {
    stream: input.stream,
    shape: {
      whole: (answer) => chatCompletion(record, answer),
      frames: (lines, onError) => chatCompletionFrames(lines, record, { onError }),
    },
  });
}

/** OpenAI has no `options` and `keep_alive`: what came under these names is not acted on. */
function sent(input: Parameters<typeof generationFields>[0]): Record<string, unknown> {
  const { options: _options, keep_alive: _keepAlive, think: _think, ...known } = input;
  return generationFields(known);
}
