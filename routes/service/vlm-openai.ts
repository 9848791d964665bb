import type { AppContext } from "../../middleware/env.ts";
import { checked, readImageJson } from "../read-json.ts";
import { answer } from "./answer.ts";
import { VisionCompletion } from "./contract/answers.ts";
import { errorResponses, INFERENCE_CODES } from "./contract/errors.ts";
import type { ServiceRoute } from "./contract/headers.ts";
import {
  ChatCompletionPart,
  COMPLETION_STREAM_EXAMPLE,
  streamContent,
} from "./contract/stream-parts.ts";
import { openaiVision, VisionCompletionRequest } from "./forms/openai-chat.ts";
import { mount, type ServiceRouter } from "./router.ts";
import type { GenerationServices } from "./services.ts";

const route: ServiceRoute = {
  method: "post",
  path: "/api/v1/vlm/openai",
  operationId: "createVisionCompletion",
  tags: ["Vision"],
  summary: "Chat about images, in OpenAI's form",
  headers: ["rateLimit", "waiting", "load", "truncation"],
  request: {
    body: { required: true, content: { "application/json": { schema: VisionCompletionRequest } } },
  },
  responses: {
    200: {
      description: "A chat completion; with `stream: true` its chunks, then `[DONE]`",
      content: {
        "application/json": { schema: VisionCompletion },
        ...streamContent("text/event-stream", {
          part: ChatCompletionPart,
          about: "One `data:` line for each chunk, `data: [DONE]` at the end",
          example: COMPLETION_STREAM_EXAMPLE,
        }),
      },
    },
    ...errorResponses(INFERENCE_CODES, "openai"),
  },
};

/** POST /api/v1/vlm/openai */
export function vlmOpenaiRoute(router: ServiceRouter, services: GenerationServices): void {
  const { guards } = services;
  mount(router, route, [guards.rate("vlm/openai", 30), guards.tenantVision], (c) =>
    vlmOpenai(c, services),
  );
}

async function vlmOpenai(c: AppContext, services: GenerationServices): Promise<Response> {
  c.get("record").operation = "vlm";
  const { value, images } = await readImageJson(c, services.readImages);
  const input = checked(value, VisionCompletionRequest);
  return answer(c, services, await openaiVision.prepare(input, images, services));
}
