import { z } from "@hono/zod-openapi";
import type { DefaultModels } from "../../src/models/default-models.ts";
import type { AppContext } from "../../middleware/env.ts";
import type { Embedded } from "../../src/embeddings/embedder.ts";
import { shortestNumbers } from "../../src/embeddings/shortest-numbers.ts";
import { answerJson } from "../answer-json.ts";
import { readJson } from "../read-json.ts";
import { embeddingModel } from "./choose-model.ts";
import { truncatedTexts } from "./contract/answers.ts";
import { errorResponses, INFERENCE_CODES } from "./contract/errors.ts";
import { filledText, integer, maybe } from "./contract/fields.ts";
import type { ServiceRoute } from "./contract/headers.ts";
import { LIST_LIMITS } from "./contract/list-limits.ts";
import { list } from "./contract/lists.ts";
import { embedTexts } from "./embed-texts.ts";
import { mount, type ServiceRouter } from "./router.ts";
import type { TextEmbedding } from "./embed-texts.ts";
import type { Guards, ModelChoice } from "./services.ts";

/** What the route works with. */
export interface EmbeddingServices extends TextEmbedding, Pick<ModelChoice, "aliases"> {
  guards: Guards;
  defaults: Pick<DefaultModels, "embedding">;
}

const forms = {
  prompt: filledText(),
  prompts: list(filledText(), LIST_LIMITS.texts).min(1),
  input: z.union([z.string().min(1), list(z.string().min(1), LIST_LIMITS.texts).min(1)]),
};

const others = {
  model: maybe(filledText()).openapi({ description: "The model's name, or an alias" }),
  dimensions: maybe(integer(1)),
  truncate: maybe(z.boolean()).openapi({
    description:
      "Default true: a text that is too long for the model loses its end, and the answer says so (`truncated`); false refuses it with `prompt_too_large`",
  }),
  encoding_format: maybe(z.enum(["float", "base64"])).openapi({
    description: "How OpenAI's list has its vectors; `base64`: little-endian float32",
  }),
  user: maybe(z.string()),
};

const EmbeddingRequest = z
  .strictObject({
    ...others,
    prompt: maybe(forms.prompt),
    prompts: maybe(forms.prompts),
    input: maybe(forms.input),
  })
  .refine(
    ({ prompt, prompts, input }) =>
      [prompt, prompts, input].filter((given) => given !== undefined).length === 1,
    {
      path: ["prompt"],
      message: "one of prompt, prompts (the service's forms) and input (OpenAI's form) is needed",
    },
  );

/** The same for the document, where each form has its own text. */
const DocumentedRequest = z
  .union([
    z.strictObject({ prompt: forms.prompt, ...others }).openapi("EmbeddingRequest", {
      description: "One text",
      example: { model: "all-minilm", prompt: "What is light?" },
    }),
    z.strictObject({ prompts: forms.prompts, ...others }).openapi("EmbeddingsRequest", {
      description: "Texts",
      example: { model: "all-minilm", prompts: ["What is light?", "What is sound?"] },
    }),
    z.strictObject({ input: forms.input, ...others }).openapi("EmbeddingListRequest", {
      description: "A text or texts in OpenAI's form",
      example: { model: "all-minilm", input: ["What is light?", "What is sound?"] },
    }),
  ])
  .openapi({}, { unionPreferredType: "oneOf" });

const vector = () => z.array(z.number()).openapi({ description: "L2-normalised" });

const NativeEmbedding = z
  .object({
    embedding: vector(),
    model: z.string(),
    prompt: z.string(),
    latency_ms: z.number(),
    truncated: truncatedTexts,
  })
  .openapi("Embedding", {
    example: {
      embedding: [0.021, -0.044],
      model: "all-minilm",
      prompt: "What is light?",
      latency_ms: 18.2,
    },
  });

const NativeEmbeddings = z
  .object({
    embeddings: z.array(vector()),
    model: z.string(),
    latency_ms: z.number(),
    truncated: truncatedTexts,
  })
  .openapi("Embeddings", {
    example: {
      embeddings: [
        [0.021, -0.044],
        [0.013, 0.057],
      ],
      model: "all-minilm",
      latency_ms: 31.6,
    },
  });

const OpenAIEmbeddings = z
  .object({
    object: z.literal("list"),
    data: z.array(
      z.object({
        object: z.literal("embedding"),
        index: z.int(),
        embedding: z.union([z.array(z.number()), z.string()]),
      }),
    ),
    model: z.string(),
    usage: z.object({ prompt_tokens: z.int(), total_tokens: z.int() }),
    truncated: truncatedTexts,
  })
  .openapi("EmbeddingList", {
    example: {
      object: "list",
      data: [{ object: "embedding", index: 0, embedding: [0.021, -0.044] }],
      model: "all-minilm",
      usage: { prompt_tokens: 6, total_tokens: 6 },
    },
  });

const EmbeddingAnswer = z.union([NativeEmbedding, NativeEmbeddings, OpenAIEmbeddings]);

const route: ServiceRoute = {
  method: "post",
  path: "/api/v1/embeddings",
  operationId: "embed",
  tags: ["Embeddings"],
  summary: "Embeddings of texts: of a `prompt`, of `prompts`, or of `input` in OpenAI's form",
  headers: ["rateLimit", "waiting", "load", "truncation"],
  description:
    "`prompt` is answered with its `embedding`, `prompts` with their `embeddings` in the same " +
    "order, `input` (a text or a list) with OpenAI's list. Errors have one form, whatever was sent: " +
    "OpenAI's, with the service's `error_type` and `code` beside it. Vectors are kept by the " +
    "model's digest and the text, and texts of requests that come together are computed in one go.",
  request: {
    body: { required: true, content: { "application/json": { schema: DocumentedRequest } } },
  },
  responses: {
    200: {
      description: "The vector or vectors, L2-normalised, in the order of the texts",
      content: { "application/json": { schema: EmbeddingAnswer } },
    },
    ...errorResponses(INFERENCE_CODES, "both"),
  },
};

/** POST /api/v1/embeddings */
export function embeddingsRoute(router: ServiceRouter, services: EmbeddingServices): void {
  const { guards } = services;
  mount(router, route, [guards.rate("embeddings", 60), guards.tenantText], (c) =>
    embeddings(c, services),
  );
}

async function embeddings(c: AppContext, services: EmbeddingServices): Promise<Response> {
  const record = c.get("record");
  record.operation = "embeddings";
  const body = await readJson(c, EmbeddingRequest);
  const model = await embeddingModel(services, body.model);
  const { dimensions } = body;
  const mayTruncate = body.truncate !== false;
  const texts = [body.prompt ?? body.prompts ?? body.input ?? []].flat();
  const embedded = await embedTexts(c, services, texts, { model, dimensions, mayTruncate });
  if (body.input !== undefined) {
    return answerJson(c, embeddingList(embedded, model, body.encoding_format === "base64"));
  }
  const vectors = embedded.vectors.map(shortestNumbers);
  const common = { model, latency_ms: record.latencyMs, truncated: embedded.truncated };
  return answerJson(
    c,
    body.prompt === undefined
      ? { embeddings: vectors, ...common }
      : { embedding: vectors[0], prompt: body.prompt, ...common },
  );
}

function embeddingList(
  { vectors, promptTokens, truncated }: Embedded,
  model: string,
  asBase64: boolean,
) {
  return {
    object: "list",
    data: vectors.map((vector, index) => ({
      object: "embedding",
      index,
      embedding: asBase64 ? base64Of(vector) : shortestNumbers(vector),
    })),
    model,
    usage: { prompt_tokens: promptTokens, total_tokens: promptTokens },
    truncated,
  };
}

/** OpenAI's base64 form: little-endian float32, which is how every machine we run on has them. */
function base64Of({ buffer, byteOffset, byteLength }: Float32Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}
