import { EngineError } from "../errors.ts";
import { JSON_PLAIN } from "../http/exchange.ts";
import type { Fields } from "../http/fields.ts";
import { OPENAI, readFields } from "../http/json-body.ts";
import type { Route } from "../http/router.ts";
import { embed } from "../inference/embed.ts";
import type { RouteContext } from "../services.ts";
import { decodeEmbedInput } from "../values/embed-input.ts";
import { shortVectors } from "../values/short-float.ts";
import { openAiRoute } from "./route.ts";

type Request = { model: string; input: unknown; dimensions: number; base64: boolean };

/** POST /v1/embeddings */
export function openAiEmbeddingsRoute({ services, onError }: RouteContext): Route {
  return openAiRoute<Request>({
    path: "/v1/embeddings",
    onError,
    read: async (exchange) => readRequest(await readFields(exchange, "EmbedRequest", OPENAI)),
    async answer(exchange, { model, input, dimensions, base64 }) {
      const texts = input === "" ? [""] : decodeEmbedInput(input);
      const request = { model, input: texts, dimensions, truncate: true, options: {} };
      const answer = await embed(services, { ...request, keepAliveMs: undefined }, exchange.signal);
      const embeddings = base64
        ? answer.embeddings.map(toBase64)
        : await shortVectors(answer.embeddings);
      const data = embeddings.map((embedding, index) => ({
        object: "embedding",
        embedding,
        index,
      }));
      const count = answer.prompt_eval_count ?? 0;
      const usage = { prompt_tokens: count, total_tokens: count };
      exchange.json(200, { object: "list", data, model, usage }, JSON_PLAIN);
    },
  });
}

function readRequest(fields: Fields): Request {
  const input = fields.raw("input");
  if (input === undefined || (Array.isArray(input) && input.length === 0)) {
    throw new EngineError(400, "invalid input");
  }
  const encoding = fields.string("encoding_format") ?? "";
  if (encoding !== "" && encoding !== "float" && encoding !== "base64") {
    const supported = "Supported values: ['float', 'base64'].";
    throw new EngineError(400, `Invalid value for 'encoding_format' = ${encoding}. ${supported}`);
  }
  return {
    model: fields.modelName("model") ?? "",
    input,
    dimensions: fields.integer("dimensions") ?? 0,
    base64: encoding === "base64",
  };
}

/** Little-endian 32-bit floats. */
function toBase64(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes.toString("base64");
}
