import { z } from "@hono/zod-openapi";
import type { AppContext } from "../../middleware/env.ts";
import type { ErrorCode } from "../../src/errors/codes.ts";
import { ServiceError } from "../../src/errors/service-error.ts";
import { declaredBytes } from "../../src/http/exchange.ts";
import type { InferenceRunner, OllamaRequest } from "../../src/inference/runner.ts";
import type { ModelCatalog } from "../../src/models/catalog.ts";
import type { MemoryManager } from "../../src/models/memory/memory-manager.ts";
import { answerJson } from "../answer-json.ts";
import { tellOfLoad } from "../load-header.ts";
import { readJson } from "../read-json.ts";
import { errorResponses } from "./contract/errors.ts";
import { maybe } from "./contract/fields.ts";
import type { ServiceRoute } from "./contract/headers.ts";
import { BODY_CODES, CHANGE_CODES, Success } from "./contract/model-changes.ts";
import { modelInPath, NameInPath } from "./named-model.ts";
import { mount, type ServiceRouter } from "./router.ts";
import type { Guards, ModelChoice } from "./services.ts";

/** What the routes work with that bring models into memory, and out of it. */
export interface ModelMemoryServices extends Pick<ModelChoice, "aliases"> {
  guards: Pick<Guards, "mayManage" | "rate">;
  catalog: Pick<ModelCatalog, "assertAllowed" | "embeds" | "isInstalled" | "isRemote">;
  memory: Pick<MemoryManager, "pin" | "unload" | "unpin">;
  runner: Pick<InferenceRunner, "answer">;
}

const LoadRequest = z
  .strictObject({
    keep_alive: maybe(z.union([z.string(), z.number()])).openapi({
      description: "How long it stays when it is idle, as Ollama has it; below 0: for ever",
    }),
  })
  .openapi("LoadModelRequest", { example: { keep_alive: "30m" } });

const Loaded = z
  .object({
    ...Success.shape,
    load_ms: z.number().openapi({ description: "Milliseconds; 0: it was in memory" }),
  })
  .openapi("ModelLoaded", { example: { status: "success", load_ms: 812.4 } });

const LOAD_CODES: ErrorCode[] = [
  "model_not_allowed",
  "request_timeout",
  "insufficient_memory",
  ...BODY_CODES,
];

const loadRoute: ServiceRoute = {
  method: "post",
  path: "/api/v1/models/{name}/load",
  operationId: "loadModel",
  tags: ["Models"],
  summary: "Bring a model into memory; it waits for its turn as a question would",
  headers: ["rateLimit", "load"],
  request: {
    params: NameInPath,
    body: { required: false, content: { "application/json": { schema: LoadRequest } } },
  },
  responses: {
    200: { description: "In memory", content: { "application/json": { schema: Loaded } } },
    ...errorResponses([...CHANGE_CODES, ...LOAD_CODES]),
  },
};

const unloadRoute: ServiceRoute = {
  method: "post",
  path: "/api/v1/models/{name}/unload",
  operationId: "unloadModel",
  tags: ["Models"],
  summary: "Take an idle model out of memory",
  headers: ["rateLimit"],
  request: { params: NameInPath },
  responses: {
    200: { description: "Not in memory", content: { "application/json": { schema: Success } } },
    ...errorResponses([...CHANGE_CODES, "model_in_use", "request_too_large"]),
  },
};

const pinRoute: ServiceRoute = {
  method: "post",
  path: "/api/v1/models/{name}/pin",
  operationId: "pinModel",
  tags: ["Models"],
  summary: "Keep a model in memory, once it is there, until it is unpinned or the service ends",
  headers: ["rateLimit"],
  request: { params: NameInPath },
  responses: {
    200: { description: "Pinned", content: { "application/json": { schema: Success } } },
    ...errorResponses([...CHANGE_CODES, "request_too_large"]),
  },
};

const unpinRoute: ServiceRoute = {
  method: "delete",
  path: "/api/v1/models/{name}/pin",
  operationId: "unpinModel",
  tags: ["Models"],
  summary: "End that",
  headers: ["rateLimit"],
  request: { params: NameInPath },
  responses: {
    200: { description: "Not pinned", content: { "application/json": { schema: Success } } },
    ...errorResponses(CHANGE_CODES),
  },
};

/** POST /api/v1/models/{name}/load, /unload, /pin; DELETE /api/v1/models/{name}/pin */
export function modelMemoryRoutes(router: ServiceRouter, services: ModelMemoryServices): void {
  const { memory, guards } = services;
  const { rate, mayManage } = guards;
  mount(router, loadRoute, [mayManage, rate("models/load", 30)], (c) => load(c, services));
  mount(router, unloadRoute, [mayManage, rate("models/unload", 30)], async (c) => {
    c.get("record").operation = "unload";
    await memory.unload(await installed(c, services));
    return answerJson(c, { status: "success" });
  });
  mount(router, pinRoute, [mayManage, rate("models/pin", 30)], async (c) => {
    c.get("record").operation = "pin";
    memory.pin(await installed(c, services));
    return answerJson(c, { status: "success" });
  });
  mount(router, unpinRoute, [mayManage, rate("models/unpin", 30)], async (c) => {
    c.get("record").operation = "unpin";
    memory.unpin(await modelInPath(c, services));
    return answerJson(c, { status: "success" });
  });
}

async function load(c: AppContext, services: ModelMemoryServices): Promise<Response> {
  const { runner, catalog } = services;
  const record = c.get("record");
  record.operation = "load";
  const isGiven = declaredBytes(c.get("exchange")) !== 0;
  const { keep_alive: keepAlive } = isGiven ? await readJson(c, LoadRequest) : {};
  const model = await installed(c, services);
  catalog.assertAllowed(model);
  if (await catalog.isRemote(model)) {
    throw new ServiceError("invalid_request", `The model '${model}' runs on another machine`);
  }
  const request = loadRequest(
    model,
    (await catalog.embeds(model)) ? "embed" : "generate",
    keepAlive,
  );
  await runner.answer(request, { record, signal: c.get("exchange").signal });
  tellOfLoad(c);
  return answerJson(c, { status: "success", load_ms: record.call.loadMs ?? 0 });
}

/** A request for nothing, which Ollama answers once the model is in memory. */
function loadRequest(
  model: string,
  kind: "generate" | "embed",
  keepAlive: string | number | undefined,
): OllamaRequest {
  return {
    path: kind === "embed" ? "/api/embed" : "/api/generate",
    line: "text",
    model,
    body: {
      ...(kind === "embed" ? { input: [] } : {}),
      ...(keepAlive === undefined ? {} : { keep_alive: keepAlive }),
    },
    hints: { kind, keepAlive },
  };
}

/** The model of the path. @throws ServiceError `model_not_found`. */
async function installed(c: AppContext, services: ModelMemoryServices): Promise<string> {
  const model = await modelInPath(c, services);
  if (await services.catalog.isInstalled(model)) return model;
  throw new ServiceError("model_not_found", `model '${model}' not found`, { param: "name" });
}
