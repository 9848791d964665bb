import { z } from "@hono/zod-openapi";
import type { AppContext } from "../../middleware/env.ts";
import type { ErrorCode } from "../../src/errors/codes.ts";
import { ServiceError } from "../../src/errors/service-error.ts";
import type { InstalledModel } from "../../src/hosts/client.ts";
import type { ModelAlias, ModelAliases } from "../../src/models/model-aliases.ts";
import { canonicalModel } from "../../src/models/model-name.ts";
import { answerJson } from "../answer-json.ts";
import { errorResponses } from "./contract/errors.ts";
import type { ServiceRoute } from "./contract/headers.ts";
import { ModelDetails, ModelInfo } from "./contract/model-info.ts";
import { modelInPath, NameInPath, nameInPath } from "./named-model.ts";
import { mount, type ServiceRouter } from "./router.ts";
import type { ModelCatalog } from "../../src/models/catalog.ts";
import type { UpstreamClient } from "../../src/hosts/client.ts";
import type { Guards } from "./services.ts";

/** What the routes of models work with. */
export interface ModelServices {
  guards: Pick<Guards, "rate">;
  aliases: Pick<ModelAliases, "entries" | "modelFor">;
  catalog: Pick<ModelCatalog, "assertAllowed" | "find" | "installed" | "isRemote">;
  client: Pick<UpstreamClient, "loaded" | "show">;
}

const MODEL_CODES: ErrorCode[] = [
  "rate_limit_exceeded",
  "upstream_unavailable",
  "upstream_timeout",
  "shutting_down",
];

const OpenAIModel = z
  .object({
    id: z.string(),
    object: z.literal("model"),
    created: z.int().openapi({ description: "Unix seconds" }),
    owned_by: z.string(),
    alias_of: z.string().optional().openapi({ description: "The model that an alias stands for" }),
  })
  .openapi("Model", {
    example: { id: "smollm2:135m", object: "model", created: 1767225600, owned_by: "library" },
  });

const ModelList = z
  .object({
    object: z.literal("list"),
    models: z.array(
      z.object({
        name: z.string(),
        size: z.int().nullable().openapi({ description: "Bytes" }),
        modified_at: z.string().nullable(),
        aliases: z
          .array(z.string())
          .optional()
          .openapi({ description: "Names that stand for it, with `*` for any text" }),
      }),
    ),
    data: z.array(OpenAIModel).openapi({
      description: "The same models in OpenAI's form, then the aliases without `*`",
    }),
  })
  .openapi("ModelList", {
    example: {
      object: "list",
      models: [
        {
          name: "smollm2:135m",
          size: 98364178,
          modified_at: "2026-01-01T00:00:00.000000000Z",
          aliases: ["gpt-4o"],
        },
      ],
      data: [
        { id: "smollm2:135m", object: "model", created: 1767225600, owned_by: "library" },
        {
          id: "gpt-4o",
          object: "model",
          created: 1767225600,
          owned_by: "library",
          alias_of: "smollm2:135m",
        },
      ],
    },
  });

const LoadedModels = z
  .object({
    // As the server reports them: another version says more.
    models: z.array(
      z.looseObject({
        name: z.string(),
        model: z.string(),
        size: z.int().openapi({ description: "Bytes of memory" }),
        size_vram: z.int().openapi({ description: "Bytes of them on graphics cards" }),
        digest: z.string(),
        details: ModelDetails,
        context_length: z.int().optional().openapi({ description: "Tokens" }),
        expires_at: z.string().openapi({ description: "When it leaves, unless it is used again" }),
      }),
    ),
  })
  .openapi("LoadedModels", {
    example: {
      models: [
        {
          name: "smollm2:135m",
          model: "smollm2:135m",
          size: 577088768,
          size_vram: 0,
          digest: "b5490bcc592ac624b80ccad0f3b96fa2f8a030ba05549d6dfff5c8e7cbd275c6",
          details: { format: "gguf", family: "llama", parameter_size: "134.52M" },
          expires_at: "2026-01-01T00:05:00.000Z",
        },
      ],
    },
  });

const listRoute: ServiceRoute = {
  method: "get",
  path: "/api/v1/models",
  operationId: "listModels",
  tags: ["Models"],
  summary: "Installed models",
  headers: ["rateLimit"],
  responses: {
    200: { description: "The models", content: { "application/json": { schema: ModelList } } },
    ...errorResponses(MODEL_CODES),
  },
};

const loadedRoute: ServiceRoute = {
  method: "get",
  path: "/api/v1/models/ps",
  operationId: "listLoadedModels",
  tags: ["Models"],
  summary: "Models in memory",
  headers: ["rateLimit"],
  responses: {
    200: { description: "The models", content: { "application/json": { schema: LoadedModels } } },
    ...errorResponses(MODEL_CODES),
  },
};

const showRoute: ServiceRoute = {
  method: "get",
  path: "/api/v1/models/{name}/show",
  operationId: "showModel",
  tags: ["Models"],
  summary: "What the server knows of a model",
  headers: ["rateLimit"],
  request: { params: NameInPath },
  responses: {
    200: {
      description: "Ollama's model info: modelfile, parameters, template, details, model_info …",
      content: {
        "application/json": { schema: ModelInfo },
      },
    },
    ...errorResponses([...MODEL_CODES, "model_not_found", "model_not_allowed", "invalid_request"]),
  },
};

const retrieveRoute: ServiceRoute = {
  method: "get",
  path: "/api/v1/models/{name}",
  operationId: "retrieveModel",
  tags: ["Models"],
  summary: "An installed model in OpenAI's form",
  headers: ["rateLimit"],
  request: { params: NameInPath },
  responses: {
    200: {
      description: "The model, with the name it was asked for by",
      content: { "application/json": { schema: OpenAIModel } },
    },
    ...errorResponses([...MODEL_CODES, "model_not_found", "invalid_request"], "openai"),
  },
};

/** GET /api/v1/models, /models/ps, /models/{name}/show, /models/{name} */
export function modelRoutes(router: ServiceRouter, services: ModelServices): void {
  const { rate } = services.guards;
  mount(router, listRoute, [rate("models", 30)], (c) => list(c, services));
  mount(router, loadedRoute, [rate("models/ps", 30)], (c) => loaded(c, services));
  mount(router, showRoute, [rate("models/show", 30)], (c) => show(c, services));
  // The last of them: a name may hold slashes.
  mount(router, retrieveRoute, [rate("models/retrieve", 30)], (c) => retrieve(c, services));
}

async function list(c: AppContext, { aliases, catalog }: ModelServices): Promise<Response> {
  c.get("record").operation = "list_models";
  const models = await catalog.installed();
  const inUse = aliasesInUse(aliases.entries, models);
  const exact = inUse.filter(({ isGlob }) => !isGlob);
  return answerJson(c, {
    object: "list",
    models: models.map((model) => {
      const names = inUse.filter((alias) => alias.model === model).map(({ name }) => name);
      return {
        name: model.name,
        size: model.size ?? null,
        modified_at: model.modified_at ?? null,
        ...(names.length > 0 ? { aliases: names } : {}),
      };
    }),
    data: [
      ...models.map((model) => openaiModel(model, model.name)),
      ...exact.map(({ name, model }) => openaiAlias(model, name)),
    ],
  });
}

/** The aliases of installed models, without those under whose name a model is installed. */
function aliasesInUse(entries: readonly ModelAlias[], models: InstalledModel[]) {
  const byName = new Map(models.map((model) => [canonicalModel(model.name), model]));
  return entries.flatMap(({ name, isGlob, model: meant }) => {
    const model = byName.get(canonicalModel(meant));
    return model && (isGlob || !byName.has(canonicalModel(name))) ? [{ name, isGlob, model }] : [];
  });
}

async function loaded(c: AppContext, { client }: ModelServices): Promise<Response> {
  return answerJson(c, { models: await client.loaded() });
}

async function show(c: AppContext, services: ModelServices): Promise<Response> {
  const { catalog, client } = services;
  const name = await modelInPath(c, services);
  // Of a model that runs elsewhere the server asks there.
  if (await catalog.isRemote(name)) catalog.assertAllowed(name);
  return answerJson(c, await client.show(name));
}

async function retrieve(c: AppContext, services: ModelServices): Promise<Response> {
  const name = nameInPath(c);
  const meant = await modelInPath(c, services);
  const model = await services.catalog.find(meant);
  if (!model) {
    throw new ServiceError("model_not_found", `model '${meant}' not found`, { param: "model" });
  }
  return answerJson(c, meant === name ? openaiModel(model, name) : openaiAlias(model, name));
}

/** A model in OpenAI's form, as `/v1/models` has it. */
function openaiModel({ name, modified_at: modifiedAt }: InstalledModel, id: string) {
  return {
    id,
    object: "model",
    created: modifiedAt ? Math.floor(Date.parse(modifiedAt) / 1000) : 0,
    owned_by: name.split("/").at(-2) ?? "library",
  };
}

/** An alias in the same form. */
function openaiAlias(model: InstalledModel, alias: string) {
  return { ...openaiModel(model, alias), alias_of: model.name };
}
