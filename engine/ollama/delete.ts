import { EngineError } from "../errors.ts";
import { readFields } from "../http/json-body.ts";
import type { Route } from "../http/router.ts";
import { parseModelName } from "../models/names.ts";
import type { RouteContext } from "../services.ts";
import { modelField } from "./request-fields.ts";

/** DELETE /api/delete: a model in memory keeps running */
export function deleteRoute({ services }: RouteContext): Route {
  return {
    methods: ["DELETE"],
    path: "/api/delete",
    async handler(exchange) {
      const asSent = modelField(await readFields(exchange, "DeleteRequest"));
      const name = parseModelName(asSent);
      if (!name) throw new EngineError(400, `name ${JSON.stringify(asSent)} is invalid`);
      if (!(await services.store.remove(name))) {
        throw new EngineError(404, `model '${asSent}' not found`);
      }
      exchange.send(200, {});
    },
  };
}
