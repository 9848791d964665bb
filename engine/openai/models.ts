import { EngineError } from "../errors.ts";
import { JSON_PLAIN } from "../http/exchange.ts";
import type { Route } from "../http/router.ts";
import { parseModelName, shortName } from "../models/names.ts";
import type { StoredModel } from "../models/store.ts";
import type { RouteContext } from "../services.ts";
import { MAX_NAME_CHARS } from "../values/limits.ts";
import { sendInnerError } from "./errors.ts";

/** GET /v1/models */
export function listModelsRoute({ services }: RouteContext): Route {
  return {
    methods: ["GET"],
    path: "/v1/models",
    async handler(exchange) {
      const models = await services.store.list();
      const data = models.map((model) => describe(model, shortName(model.name)));
      exchange.json(200, { object: "list", data: data.length > 0 ? data : null }, JSON_PLAIN);
    },
  };
}

/** GET /v1/models/{id} */
export function getModelRoute({ services, onError }: RouteContext): Route {
  return {
    methods: ["GET"],
    path: "/v1/models/:id",
    async handler(exchange) {
      const id = exchange.parameter;
      if (id.length > MAX_NAME_CHARS) {
        return sendInnerError(exchange, new EngineError(400, "invalid model name"), onError);
      }
      const name = parseModelName(id);
      const model = name && (await services.store.find(name));
      if (model) return exchange.json(200, describe(model, id), JSON_PLAIN);
      sendInnerError(exchange, new EngineError(404, `model '${id}' not found`), onError);
    },
  };
}

function describe(model: StoredModel, id: string) {
  const created = Math.floor(model.modifiedAt.getTime() / 1_000);
  return { id, object: "model", created, owned_by: model.name.namespace };
}
