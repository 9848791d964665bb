import type { AppContext } from "../../middleware/env.ts";
import { tooLarge } from "../../src/http/body-limit.ts";
import { checked, readImageJson } from "../read-json.ts";
import { agentCompletion } from "./agents/agent-completion.ts";
import { agentNamed, type RunServices } from "./agents/begin-run.ts";
import { answer } from "./answer.ts";
import { ChatCompletion } from "./contract/answers.ts";
import { AGENT_CODES, errorResponses, INFERENCE_CODES } from "./contract/errors.ts";
import type { ServiceRoute } from "./contract/headers.ts";
import {
  ChatCompletionPart,
  COMPLETION_STREAM_EXAMPLE,
  streamContent,
} from "./contract/stream-parts.ts";
import { ChatCompletionRequest, hasImages, openaiChat } from "./forms/openai-chat.ts";
import { mount, type ServiceRouter } from "./router.ts";

const route: ServiceRoute = {
  method: "post",
  path: "/api/v1/chat/completions",
  operationId: "createChatCompletion",
  tags: ["Text"],
  summary: "Chat, in OpenAI's form; with images as /api/v1/vlm/openai",
  headers: ["rateLimit", "waiting", "load", "cache", "truncation"],
  request: {
    body: { required: true, content: { "application/json": { schema: ChatCompletionRequest } } },
  },
  responses: {
    200: {
      description: "A chat completion; with `stream: true` its chunks, then `[DONE]`",
      content: {
        "application/json": { schema: ChatCompletion },
        ...streamContent("text/event-stream", {
          part: ChatCompletionPart,
          about: "One `data:` line for each chunk, `data: [DONE]` at the end",
          example: COMPLETION_STREAM_EXAMPLE,
        }),
      },
    },
    ...errorResponses([...INFERENCE_CODES, ...AGENT_CODES], "openai"),
  },
};

/** POST /api/v1/chat/completions */
export function chatCompletionsRoute(router: ServiceRouter, services: RunServices): void {
  const { guards } = services;
  mount(router, route, [guards.rate("chat/completions", 60)], (c) => chatCompletions(c, services));
}

/** Whether it is a request for text or for vision, its body says. */
async function chatCompletions(c: AppContext, services: RunServices): Promise<Response> {
  const record = c.get("record");
  const { value, images, bytes } = await readImageJson(c, services.readImages);
  const input = checked(value, ChatCompletionRequest);
  const line = hasImages(input) ? "vision" : "text";
  record.operation = line === "vision" ? "vlm" : "chat";
  const limit = services.bodyLimits[line];
  if (bytes > limit.maxBytes) throw tooLarge(limit, bytes);
  const agent = await agentNamed(services, record.tenant, input.model);
  if (agent) return agentCompletion(c, services, agent, input);
  services.guards.holdPlace(record, line);
  return answer(c, services, await openaiChat.prepare(input, images, services));
}
