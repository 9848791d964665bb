import { z } from "@hono/zod-openapi";
import type { AppContext } from "../../middleware/env.ts";
import { isOnThisMachine } from "../../src/access/manage-access.ts";
import { ServiceError } from "../../src/errors/service-error.ts";
import { canonicalModel } from "../../src/models/model-name.ts";
import { answerJson } from "../answer-json.ts";
import { namedModel } from "./choose-model.ts";
import { errorResponses } from "./contract/errors.ts";
import type { ServiceRoute } from "./contract/headers.ts";
import { mount, type ServiceRouter } from "./router.ts";
import type { Guards, ModelChoice } from "./services.ts";
import type { ResponseCache } from "../../src/cache/response-cache.ts";
import type { Shadow } from "../../src/cache/shadow/shadow.ts";

/** What the routes of the response cache work with. */
export interface CacheServices extends Pick<ModelChoice, "aliases"> {
  guards: Pick<Guards, "mayManage">;
  stats: () => Record<string, unknown>;
  /** As ResponseCache.drop, on disk too. @throws ServiceError where that cannot be done. */
  drop: (which: Parameters<ResponseCache["drop"]>[0]) => Promise<number>;
  /** Undefined unless similar answers are only compared. */
  shadow: Pick<Shadow, "report"> | undefined;
}

const CacheStats = z
  .object({
    enabled: z.boolean(),
    entries: z.int(),
    max_entries: z.int(),
    bytes: z.int().openapi({
      description: "Estimate of the memory that the answers take, with their questions' vectors",
    }),
    max_bytes: z.int(),
    hits_exact: z.int(),
    hits_similar: z.int(),
    refused: z.record(z.string(), z.int()).openapi({
      description:
        "Similar questions that the judge has refused: wording, similarity or not_guardable",
    }),
    not_compared: z.record(z.string(), z.int()).openapi({
      description: "Questions that could not be compared, by reason",
    }),
    misses: z.int(),
    bypasses: z.int().openapi({ description: "Requests that the cache was switched off for" }),
    shared: z.int().openapi({ description: "Requests that have shared another one's run" }),
    not_stored: z
      .record(z.string(), z.int())
      .openapi({ description: "Answers that were not kept, by reason" }),
    saved_seconds: z.number().openapi({
      description: "What the answers served from the cache took when they were made",
    }),
    persist: z.discriminatedUnion("state", [
      z.object({ state: z.literal("off") }),
      z.object({
        state: z.enum(["on", "failed"]),
        reason: z
          .enum(["unavailable", "locked", "full", "read_only", "damaged", "failed", "thread"])
          .optional()
          .openapi({ description: "Why answers are in memory only" }),
        reading: z.boolean().openapi({ description: "Answers of the last start still come back" }),
        restored: z.int().openapi({ description: "Answers that came back" }),
        pending: z.int().openapi({ description: "Changes that are not on disk yet" }),
        lost: z.int().openapi({ description: "Changes given up since the disk was too slow" }),
      }),
    ]),
  })
  .openapi("CacheStats", {
    example: {
      enabled: true,
      entries: 212,
      max_entries: 1000,
      bytes: 481_312,
      max_bytes: 67_108_864,
      hits_exact: 97,
      hits_similar: 31,
      refused: { wording: 12, similarity: 3 },
      not_compared: { slow: 1 },
      misses: 240,
      bypasses: 3,
      shared: 5,
      not_stored: { truncated: 20, tool_call: 8 },
      saved_seconds: 361.2,
      persist: { state: "on", reading: false, restored: 180, pending: 2, lost: 0 },
    },
  });

const texts = { description: "Only shown to clients on this machine" };
const ShadowReport = z
  .object({
    compared: z.int().openapi({ description: "Similar answers found and not served" }),
    skipped: z.int().openapi({
      description:
        "Found, but the model's answer was cut off, failed, or came with too many others",
    }),
    numbers_agree: z.int().openapi({ description: "Of those compared, since start" }),
    negations_agree: z.int().openapi({ description: "Of those compared, since start" }),
    comparisons: z
      .array(
        z.object({
          at: z.iso.datetime(),
          tenant: z.string(),
          model: z.string(),
          similarity: z.number().openapi({ description: "Cosine of the two questions" }),
          answer_similarity: z
            .number()
            .nullable()
            .openapi({ description: "Cosine of the two answers; null where none could be had" }),
          numbers_agree: z.boolean(),
          negations_agree: z.boolean(),
          question: z.string().optional().openapi(texts),
          similar_question: z.string().optional().openapi(texts),
          answer: z.string().optional().openapi(texts),
          similar_answer: z.string().optional().openapi(texts),
        }),
      )
      .openapi({ description: "The latest 200, newest first" }),
  })
  .openapi("CacheShadow", {
    example: {
      compared: 41,
      skipped: 2,
      numbers_agree: 40,
      negations_agree: 39,
      comparisons: [
        {
          at: "2026-01-31T12:00:00.000Z",
          tenant: "story-machine",
          model: "qwen3:8b",
          similarity: 0.9612,
          answer_similarity: 0.9377,
          numbers_agree: true,
          negations_agree: true,
          question: "Could you tell me why the sky is blue?",
          similar_question: "Why is the sky blue?",
          answer: "Air scatters blue light more than red.",
          similar_answer: "Because air scatters blue light most.",
        },
      ],
    },
  });

const Dropped = z
  .object({ dropped: z.int().openapi({ description: "Answers that were forgotten" }) })
  .openapi("CacheDropped", { example: { dropped: 12 } });

const statsRoute: ServiceRoute = {
  method: "get",
  path: "/api/v1/cache/stats",
  operationId: "cacheStats",
  tags: ["State"],
  summary: "The response cache's numbers; counts are since start",
  responses: {
    200: { description: "The numbers", content: { "application/json": { schema: CacheStats } } },
    ...errorResponses(["shutting_down"]),
  },
};

const shadowRoute: ServiceRoute = {
  method: "get",
  path: "/api/v1/cache/shadow",
  operationId: "cacheShadow",
  tags: ["State"],
  summary: "What serving similar answers would have done, with RESPONSE_CACHE_SEMANTIC=shadow",
  responses: {
    200: {
      description: "Figures since start, and the latest comparisons",
      content: { "application/json": { schema: ShadowReport } },
    },
    ...errorResponses(["not_found", "shutting_down"]),
  },
};

const dropRoute: ServiceRoute = {
  method: "delete",
  path: "/api/v1/cache",
  operationId: "dropCache",
  tags: ["State"],
  summary: "Forget kept answers: all, or those of a model or a tenant",
  request: {
    query: z.object({ model: z.string().optional(), tenant: z.string().optional() }),
  },
  responses: {
    200: { description: "How many", content: { "application/json": { schema: Dropped } } },
    ...errorResponses(["forbidden", "invalid_request", "validation_error", "shutting_down"]),
  },
};

/** GET /api/v1/cache/stats and /shadow, DELETE /api/v1/cache */
export function cacheRoutes(router: ServiceRouter, services: CacheServices): void {
  mount(router, statsRoute, [], (c) => answerJson(c, services.stats()));
  mount(router, shadowRoute, [], (c) => shadow(c, services));
  mount(router, dropRoute, [services.guards.mayManage], (c) => drop(c, services));
}

function shadow(c: AppContext, cache: CacheServices): Response {
  if (!cache.shadow) {
    throw new ServiceError(
      "not_found",
      "Nothing is compared: that takes RESPONSE_CACHE_SEMANTIC=shadow and the cache on",
    );
  }
  // Other tenants' questions are for whoever runs this machine, not for whoever can reach it.
  const withTexts = isOnThisMachine(c.get("exchange"));
  return answerJson(c, cache.shadow.report({ withTexts }));
}

async function drop(c: AppContext, cache: CacheServices): Promise<Response> {
  const { model, tenant, ...others } = c.req.query();
  const [unknown] = Object.keys(others);
  // A misspelt parameter must not forget everything.
  if (unknown !== undefined) {
    throw new ServiceError("validation_error", `${unknown}: unknown; there are model and tenant`, {
      param: unknown,
    });
  }
  const wanted = model === undefined ? undefined : canonicalModel(await namedModel(cache, model));
  return answerJson(c, { dropped: await cache.drop({ model: wanted, tenant }) });
}
