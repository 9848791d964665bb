import { z } from "@hono/zod-openapi";
import type { AppContext } from "../../../middleware/env.ts";
import { ServiceError } from "../../../src/errors/service-error.ts";
import { shownResponse } from "../../../src/responses/kept-json.ts";
import { answerJson } from "../../answer-json.ts";
import { errorResponses } from "../contract/errors.ts";
import type { ServiceRoute } from "../contract/headers.ts";
import { DeletedResponse, ResponseAnswer } from "../contract/responses/answer.ts";
import { mount, type ServiceRouter } from "../router.ts";
import type { ResponseServices } from "./response-services.ts";

const request = {
  params: z.object({
    id: z.string().openapi({ example: "resp_7f1f9c0e3b5a4d539d7e0a2d5f6e8c11" }),
  }),
};

const getRoute: ServiceRoute = {
  method: "get",
  path: "/api/v1/responses/{id}",
  operationId: "getResponse",
  tags: ["Text"],
  summary: "A response of the last hour that the tenant has had",
  request,
  responses: {
    200: {
      description: "The response as it was",
      content: { "application/json": { schema: ResponseAnswer } },
    },
    ...errorResponses(["invalid_request", "not_found", "shutting_down"], "openai"),
  },
};

const deleteRoute: ServiceRoute = {
  method: "delete",
  path: "/api/v1/responses/{id}",
  operationId: "deleteResponse",
  tags: ["Text"],
  summary: "Forget a response",
  request,
  responses: {
    200: {
      description: "It is not kept any more",
      content: { "application/json": { schema: DeletedResponse } },
    },
    ...errorResponses(["invalid_request", "not_found", "shutting_down"], "openai"),
  },
};

type Kept = Pick<ResponseServices, "memory">;

/** GET and DELETE /api/v1/responses/{id} */
export function keptResponseRoutes(router: ServiceRouter, services: Kept): void {
  mount(router, getRoute, [], (c) => getResponse(c, services));
  mount(router, deleteRoute, [], (c) => deleteResponse(c, services));
}

function getResponse(c: AppContext, { memory }: Kept): Response {
  if (c.req.query("stream") === "true") {
    const message = "stream: a response that is kept is told whole";
    throw new ServiceError("invalid_request", message, { param: "stream" });
  }
  const id = idInPath(c);
  const turn = memory.get(c.get("record").tenant, id);
  if (!turn) throw notFound(id);
  return answerJson(c, shownResponse(turn));
}

function deleteResponse(c: AppContext, { memory }: Kept): Response {
  const id = idInPath(c);
  if (!memory.delete(c.get("record").tenant, id)) throw notFound(id);
  return answerJson(c, { id, object: "response", deleted: true });
}

function idInPath(c: AppContext): string {
  return c.req.param("id") ?? "";
}

/** An id in an error. */
const LONGEST_ID = 100;

function notFound(id: string): ServiceError {
  const message = `There is no response '${id.slice(0, LONGEST_ID)}', or not any more: responses are kept for an hour`;
  return new ServiceError("not_found", message, { param: "id" });
}
