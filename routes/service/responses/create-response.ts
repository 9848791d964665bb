import type { AppContext } from "../../../middleware/env.ts";
import type { NumberedMessage } from "../../../src/dialects/responses/input-items.ts";
import type { ResponseObject } from "../../../src/dialects/responses/response-object.ts";
import { tooLarge } from "../../../src/http/body-limit.ts";
import type { BodyImage } from "../../../src/images/image-body.ts";
import { jsonBytes, keptResponse } from "../../../src/responses/kept-json.ts";
import { LastingImage } from "../../../src/responses/lasting-image.ts";
import { checked, readImageJson } from "../../read-json.ts";
import { agentResponse, answerApproval, waitingRun } from "../agents/agent-response.ts";
import { agentNamed } from "../agents/begin-run.ts";
import { answer } from "../answer.ts";
import { AGENT_CODES, errorResponses, INFERENCE_CODES } from "../contract/errors.ts";
import type { ServiceRoute } from "../contract/headers.ts";
import { ResponseAnswer } from "../contract/responses/answer.ts";
import { ResponseRequest } from "../contract/responses/request.ts";
import {
  RESPONSE_STREAM_EXAMPLE,
  ResponseStreamEvent,
} from "../contract/responses/stream-parts.ts";
import { streamContent } from "../contract/stream-parts.ts";
import { prepareResponse } from "../forms/openai-response.ts";
import { mount, type ServiceRouter } from "../router.ts";
import { hasImages, newTurn, wholeConversation } from "./conversation.ts";
import type { ResponseServices } from "./response-services.ts";

const route: ServiceRoute = {
  method: "post",
  path: "/api/v1/responses",
  operationId: "createResponse",
  tags: ["Text"],
  summary: "OpenAI's Responses API, with images or without",
  headers: ["rateLimit", "waiting", "load", "cache", "truncation"],
  request: {
    body: { required: true, content: { "application/json": { schema: ResponseRequest } } },
  },
  responses: {
    200: {
      description: "A response; with `stream: true` its events, the last with the whole",
      content: {
        "application/json": { schema: ResponseAnswer },
        ...streamContent("text/event-stream", {
          part: ResponseStreamEvent,
          about: "An `event:` line with the type and a `data:` line for each event",
          example: RESPONSE_STREAM_EXAMPLE,
        }),
      },
    },
    ...errorResponses(
      [...INFERENCE_CODES, ...AGENT_CODES, "previous_response_not_found", "approval_mismatch"],
      "openai",
    ),
  },
};

/** POST /api/v1/responses */
export function createResponseRoute(router: ServiceRouter, services: ResponseServices): void {
  const { guards } = services;
  mount(router, route, [guards.rate("responses", 60)], (c) => createResponse(c, services));
}

/** Whether it is a request for text or for vision, its body and what it goes on from say. */
async function createResponse(c: AppContext, services: ResponseServices): Promise<Response> {
  const record = c.get("record");
  record.operation = "responses";
  const { tenant } = record;
  const { memory } = services;
  const { value, images, bytes } = await readImageJson(c, services.readImages);
  const input = checked(value, ResponseRequest);
  const waiting = waitingRun(input, services, tenant);
  if (waiting) return answerApproval(c, services, input, waiting);
  const turn = newTurn(input, (id) => memory.get(tenant, id));
  const conversation = wholeConversation(turn, images);
  const line = hasImages(conversation) ? "vision" : "text";
  const limit = services.bodyLimits[line];
  if (bytes > limit.maxBytes) throw tooLarge(limit, bytes);
  const kept = input.store === false ? undefined : lasting(turn.messages, images);
  const keep = (response: ResponseObject): void => {
    if (!kept) return;
    memory.set(tenant, response.id, { ...keptResponse(response), ...kept }, turn.previous);
  };
  const agent = await agentNamed(services, tenant, input.model);
  if (agent) return agentResponse(c, services, agent, { input, conversation, keep });
  services.guards.holdPlace(record, line);
  return answer(c, services, await prepareResponse({ input, conversation, keep }, services));
}

/** What is kept of a request's messages: before it runs, which takes its images' bytes away. */
function lasting(messages: NumberedMessage[], images: BodyImage[]) {
  const used: LastingImage[] = [];
  const renumbered = messages.map((message) => ({
    ...message,
    images: message.images.flatMap((number) => {
      const image = images[number];
      // With one that cannot be used the whole request is refused.
      return image?.ok ? [used.push(new LastingImage(image)) - 1] : [];
    }),
  }));
  return { messages: jsonBytes(renumbered), images: used };
}
