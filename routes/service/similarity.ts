import { z } from "@hono/zod-openapi";
import type { AppContext } from "../../middleware/env.ts";
import { ServiceError } from "../../src/errors/service-error.ts";
import type { Truncation } from "../../src/inference/truncation.ts";
import { MAX_VALUES } from "../../src/runtime/count-json.ts";
import { unitVector } from "../../src/vectors/unit-vector.ts";
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
import type { EmbeddingServices } from "./embeddings.ts";
import type { SimilarityThread } from "../../workers/similarity/client.ts";

/** What the route works with. */
export interface SimilarityServices extends EmbeddingServices {
  thread: Pick<SimilarityThread, "rank">;
}

/** Only that it is a list: a schema would look at hundreds of thousands of numbers one by one. */
const numbers = z
  .custom<unknown[]>(Array.isArray)
  .openapi({ type: "array", items: { type: "number" }, minItems: 1 });

const textOrVector = () =>
  z
    .union([filledText(), numbers], { error: "a text that is not empty, or a list of numbers" })
    .openapi({ description: "A text, or a vector of any length but 0" });

const SimilarityRequest = z
  .object({
    model: maybe(filledText()).openapi({ description: "The model for texts" }),
    query: textOrVector(),
    documents: list(textOrVector(), LIST_LIMITS.documents).min(1),
    top_n: maybe(integer(1)).openapi({ description: "So many of the best; default all" }),
    user: maybe(z.string()),
  })
  .strict()
  .openapi("SimilarityRequest", {
    example: {
      model: "all-minilm",
      query: "How do plants eat?",
      documents: ["Photosynthesis turns light into sugar.", "The train leaves at nine."],
      top_n: 1,
    },
  });

const SimilarityAnswer = z
  .object({
    results: z
      .array(
        z.object({
          index: z.int().openapi({ description: "The document's place in the request, from 0" }),
          score: z.number().openapi({ description: "The cosine, from -1 to 1" }),
        }),
      )
      .openapi({ description: "Best first" }),
    model: z.string().nullable().openapi({ description: "null where all were vectors" }),
    latency_ms: z.number(),
    truncated: truncatedTexts,
  })
  .openapi("SimilarityAnswer", {
    example: { results: [{ index: 0, score: 0.431906 }], model: "all-minilm", latency_ms: 24.9 },
  });

const route: ServiceRoute = {
  method: "post",
  path: "/api/v1/embeddings/similarity",
  operationId: "rankBySimilarity",
  tags: ["Embeddings"],
  summary: "Ranks documents by their similarity to a query",
  headers: ["rateLimit", "waiting", "load", "truncation"],
  description:
    "Query and documents are texts or vectors, also mixed; vectors have the length of the model's " +
    "where there are texts, and need not be normalised. Texts that are too long for the model lose " +
    "their ends, and the answer says so.",
  request: {
    body: { required: true, content: { "application/json": { schema: SimilarityRequest } } },
  },
  responses: {
    200: {
      description: "The documents by their cosine with the query; equal ones as they came",
      content: { "application/json": { schema: SimilarityAnswer } },
    },
    ...errorResponses(INFERENCE_CODES),
  },
};

/** POST /api/v1/embeddings/similarity */
export function similarityRoute(router: ServiceRouter, services: SimilarityServices): void {
  const { guards } = services;
  mount(router, route, [guards.rate("embeddings/similarity", 60), guards.tenantText], (c) =>
    similarity(c, services),
  );
}

async function similarity(c: AppContext, services: SimilarityServices): Promise<Response> {
  const record = c.get("record");
  record.operation = "similarity";
  const body = await readJson(c, SimilarityRequest, { maxValues: MAX_VALUES });
  const items = [
    itemOf("query", body.query),
    ...body.documents.map((document, i) => itemOf(`documents.${i}`, document)),
  ];
  assertOneLength(items);
  const texts = items.flatMap(({ text }) => text ?? []);
  let model: string | null = null;
  let truncated: Truncation | undefined;
  if (texts.length > 0) {
    model = await embeddingModel(services, body.model);
    const embedded = await embedTexts(c, services, texts, { model, mayTruncate: true });
    truncated = embedded.truncated;
    const vectors = embedded.vectors.values();
    for (const item of items) item.vector ??= vectors.next().value;
    assertOneLength(items);
  }
  const [query = new Float32Array(), ...documents] = items.flatMap(({ vector }) => vector ?? []);
  const results = await services.thread.rank({
    query,
    documents: joined(documents),
    count: body.top_n ?? documents.length,
  });
  return answerJson(c, { results, model, latency_ms: record.latencyMs, truncated });
}

/** The query or a document. */
interface Item {
  /** Where it stands in the body. */
  path: string;
  text: string | undefined;
  /** A unit vector; that of a text comes later. */
  vector: Float32Array | undefined;
}

function itemOf(path: string, value: string | unknown[]): Item {
  if (typeof value === "string") return { path, text: value, vector: undefined };
  if (!value.every((number): number is number => typeof number === "number")) {
    const message = `${path}: a vector's numbers are needed`;
    throw new ServiceError("validation_error", message, { param: path });
  }
  const vector = unitVector(value);
  if (!vector) {
    throw unusable(path, "a vector needs at least one number, all finite and not all 0");
  }
  return { path, text: undefined, vector };
}

/** @throws ServiceError `invalid_request` naming a given vector that is not as long as the others. */
function assertOneLength(items: Item[]): void {
  const known = items.filter(({ vector }) => vector !== undefined);
  // A model's vectors have the right length.
  const model = known.find(({ text }) => text !== undefined);
  const first = model ?? known[0];
  if (!first?.vector) return;
  for (const { path, vector } of known) {
    if (vector?.length === first.vector.length) continue;
    const others = model ? "the model's vectors" : first.path;
    throw unusable(path, `${vector?.length} numbers where ${others} has ${first.vector.length}`);
  }
}

function unusable(path: string, what: string): ServiceError {
  return new ServiceError("invalid_request", `${path}: ${what}`, { param: path });
}

/** Vectors of one length in one piece of memory. */
function joined(vectors: Float32Array[]): Float32Array {
  const length = vectors[0]?.length ?? 0;
  const all = new Float32Array(vectors.length * length);
  for (const [i, vector] of vectors.entries()) all.set(vector, i * length);
  return all;
}
