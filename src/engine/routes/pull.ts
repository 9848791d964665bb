import { EngineError, toEngineError } from "../errors.ts";
import { type Exchange, JSON_PLAIN } from "../http/exchange.ts";
import { readFields } from "../http/json-body.ts";
import type { Route } from "../http/router.ts";
import { parseModelName } from "../models/names.ts";
import type { PullStatus } from "../models/sources/source.ts";
import { collect, sendLines } from "./answer-lines.ts";
import type { RouteContext } from "./context.ts";
import { modelField, wantsStream } from "./request-fields.ts";

/** POST /api/pull */
export function pullRoute({ services, onError }: RouteContext): Route {
  return {
    methods: ["POST"],
    path: "/api/pull",
    async handler(exchange) {
      const fields = await readFields(exchange, "PullRequest");
      const name = parseModelName(modelField(fields));
      if (!name) throw new EngineError(400, "invalid model name");
      const lines = services.puller.pull(name, exchange.signal);
      if (wantsStream(fields)) return sendLines(exchange, lines, onError);
      return sendLast(exchange, lines, onError);
    },
  };
}

async function sendLast(
  exchange: Exchange,
  lines: AsyncIterable<PullStatus>,
  onError: (err: unknown) => void,
): Promise<void> {
  try {
    const last = await collect(lines, (_, line) => line);
    exchange.json(200, last ?? {}, JSON_PLAIN);
  } catch (err) {
    if (exchange.signal.aborted) return exchange.drop();
    onError(err);
    const { status, message } = toEngineError(err);
    exchange.json(status, { error: message }, JSON_PLAIN);
  }
}
