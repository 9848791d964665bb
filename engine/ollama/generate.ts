import type { Fields } from "../http/fields.ts";
import { readFields } from "../http/json-body.ts";
import type { Route } from "../http/router.ts";
import { generate } from "../inference/generate.ts";
import { joinGenerateLines } from "../inference/join-lines.ts";
import type { GenerateRequest } from "../inference/requests.ts";
import type { RouteContext } from "../services.ts";
import { toClient } from "./answer-lines.ts";
import { commonFields, imageCount, refuseExtras, wantsStream } from "./request-fields.ts";

/** POST /api/generate */
export function generateRoute({ services, onError }: RouteContext): Route {
  return {
    methods: ["POST"],
    path: "/api/generate",
    async handler(exchange) {
      const fields = await readFields(exchange, "GenerateRequest");
      const request = generateRequest(fields);
      const stream = wantsStream(fields);
      const deliver = toClient({ exchange, stream, join: joinGenerateLines, onError });
      await generate(services, request, exchange.signal, deliver);
    },
  };
}

function generateRequest(fields: Fields): GenerateRequest {
  const request = {
    ...commonFields(fields),
    prompt: fields.string("prompt") ?? "",
    system: fields.string("system") ?? "",
    suffix: fields.string("suffix") ?? "",
    template: fields.string("template") ?? "",
    raw: fields.boolean("raw") ?? false,
    context: fields.integers("context"),
    imageCount: imageCount(fields),
  };
  refuseExtras(fields);
  return request;
}
