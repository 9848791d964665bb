import { z } from "@hono/zod-openapi";
import type { AppContext } from "../../middleware/env.ts";
import { fromOllamaCalls, toOllamaMessages } from "../../src/inference/messages.ts";
import { metricsBlock } from "../../src/inference/metrics-block.ts";
import { nativeFrames, textOf } from "../../src/inference/native-frames.ts";
import { textsOf } from "../../src/inference/prompt-limit.ts";
import type { InferenceRequest, OllamaAnswer } from "../../src/inference/runner.ts";
import { readJson } from "../read-json.ts";
import { ChatAnswer, eventStream } from "./contract/answers.ts";
import { errorResponses, INFERENCE_CODES } from "./contract/errors.ts";
import { generationFields, generationHints, nativeFields } from "./contract/generation.ts";
import { NativeMessage } from "./contract/messages.ts";
import { mount, type ServiceRouter } from "./router.ts";
import type { Services } from "./services.ts";
import { answerText, textModel } from "./text-answer.ts";

const ChatRequest = z
  .strictObject({ messages: z.array(NativeMessage).min(1), ...nativeFields })
  .openapi("ChatRequest", {
    example: {
      model: "smollm2:135m",
      messages: [{ role: "user", content: "Why is the sky blue?" }],
    },
  });

const STREAM_EXAMPLE =
  'data: {"chunk":"Sun","role":"assistant","model":"smollm2:135m","request_id":"7f1f…","done":false}\n\n';

const route = {
  method: "post" as const,
  path: "/api/v1/chat",
  operationId: "chat",
  tags: ["Text"],
  summary: "Chat, in the service's own form",
  request: { body: { required: true, content: { "application/json": { schema: ChatRequest } } } },
  responses: {
    200: {
      description: "The answer; with `stream: true` events of pieces, the last with `done: true`",
      content: {
        "application/json": { schema: ChatAnswer },
        ...eventStream("One `data:` line with a JSON object for each piece", STREAM_EXAMPLE),
      },
    },
    ...errorResponses(INFERENCE_CODES),
  },
};

/** POST /api/v1/chat */
export function chatRoute(router: ServiceRouter, services: Services): void {
  const { guards } = services;
  mount(router, route, [guards.rate("chat", 60), guards.tenantText], (c) => chat(c, services));
}

async function chat(c: AppContext, services: Services): Promise<Response> {
  const record = c.get("record");
  record.operation = "chat";
  const input = await readJson(c, ChatRequest);
  const request: InferenceRequest = {
    path: "/api/chat",
    pool: "text",
    model: await textModel(services, input.model, textsOf(input.messages)),
    body: { messages: toOllamaMessages(input.messages), ...generationFields(input) },
    hints: generationHints(input),
  };
  return answerText(c, services, request, {
    stream: input.stream,
    shape: {
      whole: (answer) => ({ message: messageOf(answer), ...metricsBlock(record, answer) }),
      frames: (lines, onError) => nativeFrames(lines, record, { role: true, onError }),
    },
  });
}

function messageOf(answer: OllamaAnswer) {
  const calls = fromOllamaCalls(answer["message"]);
  const content = textOf(answer);
  return {
    role: "assistant",
    content: calls && content === "" ? null : content,
    tool_calls: calls ?? null,
    tool_call_id: null,
  };
}
