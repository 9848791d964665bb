import type { Exchange } from "../http/exchange.ts";
import type { Route } from "../http/router.ts";
import type { ModelConfig } from "../models/manifest.ts";
import { shortName } from "../models/names.ts";
import type { RouteContext } from "../services.ts";

/** The version whose behaviour the engine reproduces; clients read it as a semantic version. */
const VERSION = "0.13.5";
/** The expiry that Ollama shows for a model that stays for ever, from now. */
const FOREVER_MS = 292 * 365.25 * 86_400_000;

/** GET and HEAD / */
export function rootRoute(): Route {
  const headers = { "content-type": "text/plain; charset=utf-8" };
  const handler = (exchange: Exchange) => exchange.send(200, headers, "Ollama is running");
  return { methods: ["GET", "HEAD"], path: "/", handler };
}

/** GET and HEAD /api/version */
export function versionRoute(): Route {
  const handler = (exchange: Exchange) => exchange.json(200, { version: VERSION });
  return { methods: ["GET", "HEAD"], path: "/api/version", handler };
}

/** GET and HEAD /api/tags: the models in the store */
export function tagsRoute({ services }: RouteContext): Route {
  return {
    methods: ["GET", "HEAD"],
    path: "/api/tags",
    async handler(exchange) {
      const models = (await services.store.list()).map((model) => ({
        name: shortName(model.name),
        model: shortName(model.name),
        modified_at: model.modifiedAt.toISOString(),
        size: model.size,
        digest: model.digest,
        details: detailsOf(model.config),
      }));
      exchange.json(200, { models });
    },
  };
}

/** GET /api/ps: the models in memory */
export function psRoute({ services }: RouteContext): Route {
  return {
    methods: ["GET"],
    path: "/api/ps",
    async handler(exchange) {
      const stored = await services.store.list();
      const models = services.loadedModels.list().flatMap((loaded) => {
        const sharing = stored.filter(
          ({ weightsDigest }) => weightsDigest === loaded.weightsDigest,
        );
        const model = sharing.find(({ name }) => shortName(name) === loaded.name) ?? sharing[0];
        if (!model) return [];
        return {
          name: loaded.name,
          model: loaded.name,
          size: loaded.runner?.memory.total ?? model.size,
          digest: model.digest,
          details: detailsOf(model.config),
          expires_at: expiry(loaded.expiresAt),
          size_vram: loaded.runner?.memory.gpu ?? 0,
          context_length: loaded.runner?.contextLength ?? loaded.contextLength,
        };
      });
      exchange.json(200, { models });
    },
  };
}

/** The details of a model in lists. */
export function detailsOf(config: ModelConfig) {
  return {
    parent_model: "",
    format: config.model_format,
    family: config.model_family,
    families: config.model_families ?? null,
    parameter_size: config.model_type,
    quantization_level: config.file_type,
  };
}

function expiry(at: number): string {
  return new Date(Number.isFinite(at) ? at : Date.now() + FOREVER_MS).toISOString();
}
