import { EngineError } from "../errors.ts";
import { readFields } from "../http/json-body.ts";
import type { Route } from "../http/router.ts";
import { parseModelName, schemeOf } from "../models/names.ts";
import type { RouteContext } from "../services.ts";
import { sendLast, sendLines } from "./answer-lines.ts";
import { modelField, wantsStream } from "./request-fields.ts";

/** POST /api/pull */
export function pullRoute({ services, onError }: RouteContext): Route {
  return {
    methods: ["POST"],
    path: "/api/pull",
    async handler(exchange) {
      const fields = await readFields(exchange, "PullRequest");
      const asSent = modelField(fields);
      const name = parseModelName(asSent);
      if (!name) throw new EngineError(400, "invalid model name");
      const stream = wantsStream(fields);
      const insecure = fields.boolean("insecure") ?? false;
      const scheme = schemeOf(asSent);
      const lines = services.puller.pull(name, exchange.signal, { scheme, insecure });
      return stream ? sendLines(exchange, lines, onError) : sendLast(exchange, lines, onError);
    },
  };
}
