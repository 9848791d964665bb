import { z } from "@hono/zod-openapi";
import { errorResponses } from "../contract/errors.ts";
import type { ServiceRoute } from "../contract/headers.ts";
import { mount, type ServiceRouter } from "../router.ts";
import { answerFigures, FIGURES_CODES } from "./figures.ts";
import { FILTERS } from "./figures-query.ts";
import type { FiguresServices } from "./figures-services.ts";

/** Requests by the name of something. */
export const counts = (what: string) =>
  z.record(z.string(), z.int()).openapi({ description: `Requests by ${what}` });

/** How many requests, and how they ended. */
export const ENDS = {
  total_requests: z.int(),
  successful_requests: z.int().openapi({ description: "Those whose clients had a whole answer" }),
  failed_requests: z.int().openapi({
    description: "The others: errors, clients that left, answers that broke off",
  }),
};

/** What they took; 0 without any. */
export const LATENCIES = {
  average_latency_ms: z.number(),
  p50_latency_ms: z.number().openapi({ description: "By nearest rank, as the other two" }),
  p95_latency_ms: z.number(),
  p99_latency_ms: z.number(),
};

/** A moment; null without any request. */
export const momentOrNull = z.iso.datetime().nullable();

export const exact = z.boolean().openapi({
  description:
    "Computed from each request: up to 50 000 of them. Else quantiles are within 1 %, and names that a day had many of count as `other`",
});

const byModel = counts("model; `system`: those without one");
const byOperation = counts("operation; `other`: those without one");
export const BY_MODEL = { requests_by_model: byModel, requests_by_operation: byOperation };

const Metrics = z
  .object({
    ...ENDS,
    ...BY_MODEL,
    errors_by_type: counts("error code, or by how they ended where there was none"),
    ...LATENCIES,
    first_request_time: momentOrNull,
    last_request_time: momentOrNull,
    exact,
  })
  .openapi("Metrics", {
    example: {
      total_requests: 120,
      successful_requests: 117,
      failed_requests: 3,
      requests_by_model: { "qwen3:8b": 96, system: 24 },
      requests_by_operation: { chat: 90, generate: 6, list_models: 20, other: 4 },
      errors_by_type: { queue_full: 2, client_left: 1 },
      average_latency_ms: 1840.22,
      p50_latency_ms: 1310.4,
      p95_latency_ms: 5120.75,
      p99_latency_ms: 8033.1,
      first_request_time: "2026-01-31T08:02:11.120Z",
      last_request_time: "2026-01-31T12:00:00.003Z",
      exact: true,
    },
  });

const route: ServiceRoute = {
  method: "get",
  path: "/api/v1/metrics",
  operationId: "metrics",
  tags: ["Figures"],
  summary: "How many requests there were, how they ended, and what they took",
  request: { query: z.object(FILTERS) },
  responses: {
    200: { description: "The figures", content: { "application/json": { schema: Metrics } } },
    ...errorResponses(FIGURES_CODES),
  },
};

/** GET /api/v1/metrics */
export function metricsRoute(router: ServiceRouter, services: FiguresServices): void {
  mount(router, route, [], (c) => answerFigures(c, services, "metrics"));
}
