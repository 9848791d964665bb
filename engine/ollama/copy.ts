import { EngineError } from "../errors.ts";
import { readFields } from "../http/json-body.ts";
import type { Route } from "../http/router.ts";
import { parseModelName } from "../models/names.ts";
import type { RouteContext } from "../services.ts";

/** POST /api/copy: a second name for a model; an existing one of that name is replaced */
export function copyRoute({ services }: RouteContext): Route {
  return {
    methods: ["POST"],
    path: "/api/copy",
    async handler(exchange) {
      const fields = await readFields(exchange, "CopyRequest");
      const source = fields.modelName("source") ?? "";
      const destination = fields.modelName("destination") ?? "";
      const from = named(source, "source");
      const to = named(destination, "destination");
      if (!(await services.store.copy(from, to))) {
        throw new EngineError(404, `model ${JSON.stringify(source)} not found`);
      }
      exchange.send(200, {});
    },
  };
}

function named(text: string, field: string) {
  const name = parseModelName(text);
  if (!name) throw new EngineError(400, `${field} ${JSON.stringify(text)} is invalid`);
  return name;
}
