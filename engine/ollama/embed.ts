import { EngineError } from "../errors.ts";
import { readFields } from "../http/json-body.ts";
import type { Route } from "../http/router.ts";
import { embed, embedRaw } from "../inference/embed.ts";
import { parseModelName } from "../models/names.ts";
import type { RouteContext } from "../services.ts";
import { decodeEmbedInput } from "../values/embed-input.ts";
import { decodeKeepAlive } from "../values/keep-alive.ts";
import { LIMITS } from "../values/limits.ts";
import { shortVectors } from "../values/short-float.ts";

/** POST /api/embed */
export function embedRoute({ services }: RouteContext): Route {
  return {
    methods: ["POST"],
    path: "/api/embed",
    async handler(exchange) {
      const fields = await readFields(exchange, "EmbedRequest");
      const request = {
        model: fields.modelName("model") ?? "",
        keepAliveMs: decodeKeepAlive(fields.raw("keep_alive")),
        options: fields.map("options", LIMITS.options),
        truncate: fields.boolean("truncate") ?? true,
        dimensions: fields.integer("dimensions") ?? 0,
        input: decodeEmbedInput(fields.raw("input")),
      };
      const answer = await embed(services, request, exchange.signal);
      const embeddings = await shortVectors(answer.embeddings);
      exchange.json(200, { ...answer, embeddings });
    },
  };
}

/** POST /api/embeddings, the older route: one text, and its vector as the model gives it */
export function embeddingsRoute({ services }: RouteContext): Route {
  return {
    methods: ["POST"],
    path: "/api/embeddings",
    async handler(exchange) {
      const fields = await readFields(exchange, "EmbeddingRequest");
      const request = {
        model: fields.modelName("model") ?? "",
        prompt: fields.string("prompt") ?? "",
        keepAliveMs: decodeKeepAlive(fields.raw("keep_alive")),
        options: fields.map("options", LIMITS.options),
      };
      if (!parseModelName(request.model)) throw new EngineError(400, "model is required");
      exchange.json(200, { embedding: await embedRaw(services, request, exchange.signal) });
    },
  };
}
