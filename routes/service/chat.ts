import type { AppContext } from "../../middleware/env.ts";
import { readJson } from "../read-json.ts";
import { answer } from "./answer.ts";
import { ChatAnswer } from "./contract/answers.ts";
import { errorResponses, INFERENCE_CODES } from "./contract/errors.ts";
import type { ServiceRoute } from "./contract/headers.ts";
import { ChatAnswerPart, streamContent } from "./contract/stream-parts.ts";
import { ChatRequest, nativeChat } from "./forms/native-chat.ts";
import { mount, type ServiceRouter } from "./router.ts";
import type { GenerationServices } from "./services.ts";

const STREAM_EXAMPLE =
  'data: {"chunk":"Sun","role":"assistant","model":"smollm2:135m","request_id":"7f1f…","done":false}\n\n';

const route: ServiceRoute = {
  method: "post",
  path: "/api/v1/chat",
  operationId: "chat",
  tags: ["Text"],
  summary: "Chat, in the service's own form",
  headers: ["rateLimit", "waiting", "load", "cache", "context", "truncation"],
  request: { body: { required: true, content: { "application/json": { schema: ChatRequest } } } },
  responses: {
    200: {
      description: "The answer; with `stream: true` events of pieces, the last with `done: true`",
      content: {
        "application/json": { schema: ChatAnswer },
        ...streamContent("text/event-stream", {
          part: ChatAnswerPart,
          about: "One `data:` line with a JSON object for each piece",
          example: STREAM_EXAMPLE,
        }),
      },
    },
    ...errorResponses(INFERENCE_CODES),
  },
};

/** POST /api/v1/chat */
export function chatRoute(router: ServiceRouter, services: GenerationServices): void {
  const { guards } = services;
  mount(router, route, [guards.rate("chat", 60), guards.tenantText], (c) => chat(c, services));
}

async function chat(c: AppContext, services: GenerationServices): Promise<Response> {
  c.get("record").operation = "chat";
  const input = await readJson(c, ChatRequest);
  return answer(c, services, await nativeChat.prepare(input, [], services));
}
