import { z } from "@hono/zod-openapi";
import type { AppContext } from "../../middleware/env.ts";
import type { ModelChanges } from "../../src/models/changes/model-changes.ts";
import { createRequest } from "../../src/models/changes/create-request.ts";
import { assertModelName } from "../../src/models/model-name.ts";
import { answerJson } from "../answer-json.ts";
import { readJson } from "../read-json.ts";
import { errorResponses } from "./contract/errors.ts";
import type { ServiceRoute } from "./contract/headers.ts";
import {
  BODY_CODES,
  CHANGE_CODES,
  CopyModelRequest,
  CreateModelRequest,
  progressContent,
  Success,
} from "./contract/model-changes.ts";
import { nameInBody, nameInPath, needed, OwnNameInPath, underOwnName } from "./named-model.ts";
import { progressAnswer } from "./progress-answer.ts";
import { mount, type ServiceRouter } from "./router.ts";
import type { Guards, ModelChoice } from "./services.ts";

/** What the routes work with that create, copy and delete models. */
export interface ChangeServices extends Pick<ModelChoice, "aliases"> {
  guards: Pick<Guards, "mayManage" | "rate">;
  changes: Pick<ModelChanges, "copy" | "create" | "delete">;
  /** Tells the log of a failure that could only be shown inside a stream. */
  onStreamError: (err: unknown, requestId: string) => void;
}

const createRoute: ServiceRoute = {
  method: "post",
  path: "/api/v1/models/create",
  operationId: "createModel",
  tags: ["Models"],
  summary: "Make a model of another one, or of uploaded files",
  headers: ["rateLimit"],
  request: {
    body: { required: true, content: { "application/json": { schema: CreateModelRequest } } },
  },
  responses: {
    200: {
      description: "The model is there; with `stream: true` a line for each step",
      content: progressContent,
    },
    ...errorResponses([...CHANGE_CODES, ...BODY_CODES]),
  },
};

const copyRoute: ServiceRoute = {
  method: "post",
  path: "/api/v1/models/{name}/copy",
  operationId: "copyModel",
  tags: ["Models"],
  summary: "Give a model a second name; one of that name is replaced",
  headers: ["rateLimit"],
  request: {
    params: OwnNameInPath,
    body: { required: true, content: { "application/json": { schema: CopyModelRequest } } },
  },
  responses: {
    200: { description: "Copied", content: { "application/json": { schema: Success } } },
    ...errorResponses([...CHANGE_CODES, ...BODY_CODES]),
  },
};

const Deleted = z
  .object({
    ...Success.shape,
    id: z.string(),
    object: z.literal("model"),
    deleted: z.literal(true),
  })
  .openapi("ModelDeleted", {
    example: { status: "success", id: "my-model", object: "model", deleted: true },
  });

const deleteRoute: ServiceRoute = {
  method: "delete",
  path: "/api/v1/models/{name}",
  operationId: "deleteModel",
  tags: ["Models"],
  summary: "Remove a model; one in memory goes on until it is unloaded",
  headers: ["rateLimit"],
  request: { params: OwnNameInPath },
  responses: {
    200: {
      description: "Removed, also in OpenAI's form",
      content: { "application/json": { schema: Deleted } },
    },
    ...errorResponses(CHANGE_CODES, "openai"),
  },
};

/** POST /api/v1/models/create, POST /api/v1/models/{name}/copy, DELETE /api/v1/models/{name} */
export function changeRoutes(router: ServiceRouter, services: ChangeServices): void {
  const { rate, mayManage } = services.guards;
  mount(router, createRoute, [mayManage, rate("models/create", 10)], (c) => create(c, services));
  mount(router, copyRoute, [mayManage, rate("models/copy", 10)], (c) => copy(c, services));
  mount(router, deleteRoute, [mayManage, rate("models/delete", 10)], (c) => remove(c, services));
}

async function create(c: AppContext, services: ChangeServices): Promise<Response> {
  const { changes, onStreamError } = services;
  c.get("record").operation = "create";
  const { stream, name, model, ...fields } = await readJson(c, CreateModelRequest);
  const request = createRequest(nameInBody(c, { name, model }), fields);
  const creating = changes.create(request, c.get("exchange").signal);
  const lines = await underOwnName(services, request.from ?? "", creating);
  if (stream) return progressAnswer(c, lines, onStreamError);
  for await (const line of lines) void line;
  return answerJson(c, { status: "success" });
}

async function copy(c: AppContext, services: ChangeServices): Promise<Response> {
  c.get("record").operation = "copy";
  const source = nameInPath(c);
  const input = await readJson(c, CopyModelRequest);
  const destination = needed("destination", input.destination);
  assertModelName(destination);
  const copying = services.changes.copy(source, destination, c.get("exchange").signal);
  await underOwnName(services, source, copying);
  return answerJson(c, { status: "success" });
}

async function remove(c: AppContext, services: ChangeServices): Promise<Response> {
  c.get("record").operation = "delete";
  const model = nameInPath(c);
  await underOwnName(services, model, services.changes.delete(model, c.get("exchange").signal));
  return answerJson(c, { status: "success", id: model, object: "model", deleted: true });
}
