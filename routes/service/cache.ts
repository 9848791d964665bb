import { z } from "@hono/zod-openapi";
import type { AppContext } from "../../middleware/env.ts";
import { ServiceError } from "../../src/errors/service-error.ts";
import { canonicalModel } from "../../src/models/model-name.ts";
import { answerJson } from "../answer-json.ts";
import { errorResponses } from "./contract/errors.ts";
import { mount, type ServiceRouter } from "./router.ts";
import type { Services } from "./services.ts";

const CacheStats = z
  .object({
    enabled: z.boolean(),
    entries: z.int(),
    max_entries: z.int(),
    bytes: z.int().openapi({ description: "Estimate of the memory that the answers take" }),
    max_bytes: z.int(),
    hits_exact: z.int(),
    hits_similar: z.int(),
    refused: z.record(z.string(), z.int()).openapi({
      description: "Similar questions that the guard has refused, by its rule",
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
      refused: { numbers: 12, negation: 3 },
      not_compared: { slow: 1 },
      misses: 240,
      bypasses: 3,
      shared: 5,
      not_stored: { truncated: 20, tool_call: 8 },
      saved_seconds: 361.2,
    },
  });

const Dropped = z
  .object({ dropped: z.int().openapi({ description: "Answers that were forgotten" }) })
  .openapi("CacheDropped", { example: { dropped: 12 } });

const statsRoute = {
  method: "get" as const,
  path: "/api/v1/cache/stats",
  operationId: "cacheStats",
  tags: ["State"],
  summary: "The response cache's numbers; counts are since start",
  responses: {
    200: { description: "The numbers", content: { "application/json": { schema: CacheStats } } },
    ...errorResponses([]),
  },
};

const dropRoute = {
  method: "delete" as const,
  path: "/api/v1/cache",
  operationId: "dropCache",
  tags: ["State"],
  summary: "Forget kept answers: all, or those of a model or a tenant",
  request: {
    query: z.object({ model: z.string().optional(), tenant: z.string().optional() }),
  },
  responses: {
    200: { description: "How many", content: { "application/json": { schema: Dropped } } },
    ...errorResponses(["validation_error"]),
  },
};

/** GET /api/v1/cache/stats, DELETE /api/v1/cache */
export function cacheRoutes(router: ServiceRouter, services: Services): void {
  mount(router, statsRoute, [], (c) => answerJson(c, services.cache.stats()));
  mount(router, dropRoute, [], (c) => drop(c, services));
}

function drop(c: AppContext, { cache }: Services): Response {
  const { model, tenant, ...others } = c.req.query();
  const [unknown] = Object.keys(others);
  // A misspelt parameter must not forget everything.
  if (unknown !== undefined) {
    throw new ServiceError("validation_error", `${unknown}: unknown; there are model and tenant`, {
      param: unknown,
    });
  }
  const wanted = model === undefined ? undefined : canonicalModel(model);
  return answerJson(c, { dropped: cache.drop({ model: wanted, tenant }) });
}
