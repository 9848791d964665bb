import { z } from "@hono/zod-openapi";
import { errorResponses } from "../contract/errors.ts";
import type { ServiceRoute } from "../contract/headers.ts";
import { mount, type ServiceRouter } from "../router.ts";
import { answerFigures, FIGURES_CODES } from "./figures.ts";
import { FILTERS } from "./figures-query.ts";
import type { FiguresServices } from "./figures-services.ts";

const MEANS = {
  avg_tokens_per_second: z.number().openapi({
    description: "The mean of what each request's answer was generated with",
  }),
  avg_load_time_ms: z.number().openapi({
    description: "What a request waited for its model; 0 where it was in memory",
  }),
  avg_generation_time_ms: z.number().openapi({ description: "As the inference server tells" }),
};

const PerformanceStats = z
  .object({
    ...MEANS,
    total_requests: z.int().openapi({
      description: "Successful requests whose tokens a second are known: all figures are of these",
    }),
    by_model: z.record(z.string(), z.object({ ...MEANS, request_count: z.int() })),
  })
  .openapi("PerformanceStats", {
    example: {
      avg_tokens_per_second: 34.211,
      avg_load_time_ms: 120.5,
      avg_generation_time_ms: 1650.81,
      total_requests: 93,
      by_model: {
        "qwen3:8b": {
          avg_tokens_per_second: 34.211,
          avg_load_time_ms: 120.5,
          avg_generation_time_ms: 1650.81,
          request_count: 93,
        },
      },
    },
  });

const route: ServiceRoute = {
  method: "get",
  path: "/api/v1/performance/stats",
  operationId: "performanceStats",
  tags: ["Figures"],
  summary: "How fast models answered",
  request: { query: z.object(FILTERS) },
  responses: {
    200: {
      description: "The figures",
      content: { "application/json": { schema: PerformanceStats } },
    },
    ...errorResponses(FIGURES_CODES),
  },
};

/** GET /api/v1/performance/stats */
export function performanceRoute(router: ServiceRouter, services: FiguresServices): void {
  mount(router, route, [], (c) => answerFigures(c, services, "performance"));
}
