import type { AppContext } from "../../middleware/env.ts";
import { checked, readImageJson } from "../read-json.ts";
import { answer } from "./answer.ts";
import { VisionAnswer } from "./contract/answers.ts";
import { errorResponses, INFERENCE_CODES } from "./contract/errors.ts";
import type { ServiceRoute } from "./contract/headers.ts";
import { VisionAnswerPart, streamContent } from "./contract/stream-parts.ts";
import { nativeVision, VisionRequest } from "./forms/native-vision.ts";
import { mount, type ServiceRouter } from "./router.ts";
import type { GenerationServices } from "./services.ts";

const STREAM_EXAMPLE =
  'data: {"chunk":"A cat","role":"assistant","model":"qwen3-vl:8b-instruct-q4_K_M","request_id":"7f1f…","done":false}\n\n';

const route: ServiceRoute = {
  method: "post",
  path: "/api/v1/vlm",
  operationId: "vlm",
  tags: ["Vision"],
  summary: "Chat about images, in the service's own form",
  headers: ["rateLimit", "waiting", "load", "context", "truncation"],
  request: { body: { required: true, content: { "application/json": { schema: VisionRequest } } } },
  responses: {
    200: {
      description: "The answer; with `stream: true` events of pieces, the last with `done: true`",
      content: {
        "application/json": { schema: VisionAnswer },
        ...streamContent("text/event-stream", {
          part: VisionAnswerPart,
          about: "One `data:` line with a JSON object for each piece",
          example: STREAM_EXAMPLE,
        }),
      },
    },
    ...errorResponses(INFERENCE_CODES),
  },
};

/** POST /api/v1/vlm */
export function vlmRoute(router: ServiceRouter, services: GenerationServices): void {
  const { guards } = services;
  mount(router, route, [guards.rate("vlm", 30), guards.tenantVision], (c) => vlm(c, services));
}

async function vlm(c: AppContext, services: GenerationServices): Promise<Response> {
  c.get("record").operation = "vlm";
  const { value, images } = await readImageJson(c, services.readImages);
  const input = checked(value, VisionRequest);
  return answer(c, services, await nativeVision.prepare(input, images, services));
}
