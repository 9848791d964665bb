import { z } from "@hono/zod-openapi";
import type { AppContext } from "../../middleware/env.ts";
import { ServiceError } from "../../src/errors/service-error.ts";
import type { OllamaAnswer } from "../../src/inference/runner.ts";
import { answerJson } from "../answer-json.ts";
import { readJson } from "../read-json.ts";
import { errorResponses, INFERENCE_CODES } from "./contract/errors.ts";
import { filledText, integer, maybe } from "./contract/fields.ts";
import { mount, type ServiceRouter } from "./router.ts";
import type { Services } from "./services.ts";

const EmbeddingRequest = z
  .object({
    model: maybe(filledText()),
    prompt: maybe(filledText()),
    input: maybe(z.union([z.string().min(1), z.array(z.string().min(1)).min(1).max(1000)])),
    dimensions: maybe(integer(1)),
    encoding_format: maybe(z.enum(["float", "base64"])),
    user: maybe(z.string()),
  })
  .strict()
  .refine((body) => (body.prompt === undefined) !== (body.input === undefined), {
    path: ["prompt"],
    message: "either prompt (the service's form) or input (OpenAI's form) is needed",
  })
  .openapi("EmbeddingRequest", { example: { model: "all-minilm", prompt: "What is light?" } });

const NativeEmbedding = z
  .object({
    embedding: z.array(z.number()).openapi({ description: "L2-normalised" }),
    model: z.string(),
    prompt: z.string(),
    latency_ms: z.number(),
  })
  .openapi("Embedding", {
    example: {
      embedding: [0.021, -0.044],
      model: "all-minilm",
      prompt: "What is light?",
      latency_ms: 18.2,
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
  })
  .openapi("EmbeddingList", {
    example: {
      object: "list",
      data: [{ object: "embedding", index: 0, embedding: [0.021, -0.044] }],
      model: "all-minilm",
      usage: { prompt_tokens: 6, total_tokens: 6 },
    },
  });

const route = {
  method: "post" as const,
  path: "/api/v1/embeddings",
  operationId: "embed",
  tags: ["Embeddings"],
  summary: "The embedding of a text: `prompt` answers in the service's form, `input` in OpenAI's",
  request: {
    body: { required: true, content: { "application/json": { schema: EmbeddingRequest } } },
  },
  responses: {
    200: {
      description: "The vector or vectors, L2-normalised, in the order of the texts",
      content: { "application/json": { schema: z.union([NativeEmbedding, OpenAIEmbeddings]) } },
    },
    ...errorResponses(INFERENCE_CODES),
  },
};

/** POST /api/v1/embeddings */
export function embeddingsRoute(router: ServiceRouter, services: Services): void {
  const { guards } = services;
  mount(router, route, [guards.rate("embeddings", 60), guards.tenantText], (c) =>
    embeddings(c, services),
  );
}

async function embeddings(c: AppContext, services: Services): Promise<Response> {
  const { runner, catalog, promptLimit } = services;
  const record = c.get("record");
  const exchange = c.get("exchange");
  record.operation = "embeddings";
  const body = await readJson(c, EmbeddingRequest);
  // An OpenAI client posts `input` and expects errors in its own form.
  if (body.input !== undefined) c.set("dialect", "openai");
  const model = body.model ?? (await catalog.defaultEmbeddingModel());
  catalog.assertAllowed(model);
  const texts = body.input ?? body.prompt ?? "";
  for (const text of [texts].flat()) promptLimit.check(model, [text]);
  const answer = await runner.answer(
    {
      path: "/api/embed",
      pool: "text",
      model,
      body: { input: texts, ...(body.dimensions ? { dimensions: body.dimensions } : {}) },
      hints: { kind: "embed" },
    },
    { record, exchange },
  );
  const vectors = vectorsOf(answer);
  if (body.input !== undefined) {
    const asBase64 = body.encoding_format === "base64";
    return answerJson(c, embeddingList(vectors, model, answer, asBase64));
  }
  const latency = Math.round(record.elapsedMs * 1000) / 1000;
  return answerJson(c, { embedding: vectors[0], model, prompt: body.prompt, latency_ms: latency });
}

function vectorsOf(answer: OllamaAnswer): number[][] {
  const { embeddings: vectors } = answer;
  if (Array.isArray(vectors) && vectors.length > 0) return vectors as number[][];
  throw new ServiceError("upstream_unavailable", "The inference server sent no embedding");
}

function embeddingList(
  vectors: number[][],
  model: string,
  answer: OllamaAnswer,
  asBase64: boolean,
) {
  const tokens = Number(answer["prompt_eval_count"] ?? 0);
  return {
    object: "list",
    data: vectors.map((vector, index) => ({
      object: "embedding",
      index,
      embedding: asBase64 ? base64Of(vector) : vector,
    })),
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

/** OpenAI's base64 form: little-endian float32. */
function base64Of(vector: number[]): string {
  const bytes = Buffer.alloc(vector.length * 4);
  vector.forEach((value, i) => bytes.writeFloatLE(value, i * 4));
  return bytes.toString("base64");
}
