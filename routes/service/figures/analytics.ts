import { z } from "@hono/zod-openapi";
import { errorResponses } from "../contract/errors.ts";
import type { ServiceRoute } from "../contract/headers.ts";
import { mount, type ServiceRouter } from "../router.ts";
import { answerFigures, FIGURES_CODES } from "./figures.ts";
import { FILTERS } from "./figures-query.ts";
import type { FiguresServices } from "./figures-services.ts";
import { BY_MODEL, counts, ENDS, exact, LATENCIES, momentOrNull } from "./metrics.ts";

const ProjectMetrics = z
  .object({
    project_name: z.string(),
    ...ENDS,
    ...BY_MODEL,
    average_latency_ms: z.number(),
    total_latency_ms: z.number(),
    first_request_time: momentOrNull,
    last_request_time: momentOrNull,
  })
  .openapi("ProjectMetrics");

const HourlyMetrics = z
  .object({
    timestamp: z.iso.datetime().openapi({ description: "When the hour began (UTC)" }),
    requests_count: z.int(),
    successful_count: z.int(),
    failed_count: z.int(),
    average_latency_ms: z.number(),
    requests_by_model: BY_MODEL.requests_by_model,
  })
  .openapi("HourlyMetrics");

export const Analytics = z
  .object({
    ...ENDS,
    success_rate: z.number().openapi({ description: "0 to 1" }),
    ...LATENCIES,
    ...BY_MODEL,
    requests_by_project: counts("project; `unknown`: of clients that name none"),
    project_metrics: z.record(z.string(), ProjectMetrics),
    hourly_metrics: z.array(HourlyMetrics).openapi({
      description: "Oldest first; hours without a request are not there. Hours are kept 30 days",
    }),
    start_time: momentOrNull.openapi({ description: "When the first of the requests began" }),
    end_time: momentOrNull.openapi({ description: "When the last of them began" }),
    exact,
  })
  .openapi("Analytics", {
    example: {
      total_requests: 2,
      successful_requests: 1,
      failed_requests: 1,
      success_rate: 0.5,
      average_latency_ms: 900.11,
      p50_latency_ms: 12.2,
      p95_latency_ms: 1788.02,
      p99_latency_ms: 1788.02,
      requests_by_model: { "qwen3:8b": 2 },
      requests_by_operation: { chat: 2 },
      requests_by_project: { "story-machine": 2 },
      project_metrics: {
        "story-machine": {
          project_name: "story-machine",
          total_requests: 2,
          successful_requests: 1,
          failed_requests: 1,
          requests_by_model: { "qwen3:8b": 2 },
          requests_by_operation: { chat: 2 },
          average_latency_ms: 900.11,
          total_latency_ms: 1800.22,
          first_request_time: "2026-01-31T11:58:20.000Z",
          last_request_time: "2026-01-31T11:59:02.510Z",
        },
      },
      hourly_metrics: [
        {
          timestamp: "2026-01-31T11:00:00.000Z",
          requests_count: 2,
          successful_count: 1,
          failed_count: 1,
          average_latency_ms: 900.11,
          requests_by_model: { "qwen3:8b": 2 },
        },
      ],
      start_time: "2026-01-31T11:58:20.000Z",
      end_time: "2026-01-31T11:59:02.510Z",
      exact: true,
    },
  });

const route: ServiceRoute = {
  method: "get",
  path: "/api/v1/analytics",
  operationId: "analytics",
  tags: ["Figures"],
  summary: "Requests by project, by model and by hour",
  request: { query: z.object(FILTERS) },
  responses: {
    200: { description: "The figures", content: { "application/json": { schema: Analytics } } },
    ...errorResponses(FIGURES_CODES),
  },
};

/** GET /api/v1/analytics */
export function analyticsRoute(router: ServiceRouter, services: FiguresServices): void {
  mount(router, route, [], (c) => answerFigures(c, services, "analytics"));
}
