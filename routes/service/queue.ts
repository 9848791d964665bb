import { z } from "@hono/zod-openapi";
import type { AppContext } from "../../middleware/env.ts";
import type { ManageAccess } from "../../src/access/manage-access.ts";
import { threeDecimals } from "../../src/runtime/three-decimals.ts";
import type { InferenceSeconds } from "../../src/scheduling/inference-use.ts";
import type { QueueReport } from "../../src/scheduling/waits/queue-report.ts";
import { answerJson } from "../answer-json.ts";
import { errorResponses } from "./contract/errors.ts";
import type { ServiceRoute } from "./contract/headers.ts";
import { mount, type ServiceRouter } from "./router.ts";
import { visibleTenant } from "./visible-tenant.ts";

/** What the route works with. */
export interface QueueServices {
  /** @param only the one tenant that is to be seen; undefined: all are. */
  report: (only: string | undefined) => QueueReport;
  manageAccess: Pick<ManageAccess, "allows">;
}

const InferenceSecondsShape = z
  .object({ minute: z.number(), hour: z.number(), day: z.number() })
  .openapi("InferenceSeconds", {
    description: "Seconds of inference of the last minute, hour and day, running requests included",
  });

const counts = {
  running: z.int(),
  waiting: z.int().openapi({ description: "Background work included" }),
};

const TenantInQueue = z
  .object({
    tenant: z.string(),
    ...counts,
    inference_seconds: InferenceSecondsShape,
    share: z
      .number()
      .openapi({ description: "Its part of all inference of the last hour, 0 to 1" }),
    weight: z.number().openapi({ description: "As config/tenants.yaml has it" }),
  })
  .openapi("TenantInQueue");

const OtherTenants = z
  .object({ tenants: z.int(), ...counts, inference_seconds: InferenceSecondsShape })
  .openapi("OtherTenants", {
    description: "Those that are not listed: others' for who may not manage, or beyond 200",
  });

const WaitingRequestShape = z
  .object({
    request_id: z.string().nullable().openapi({
      description: "As X-Shared-Ollama-Request-Id; null for a call that several requests share",
    }),
    tenant: z.string(),
    model: z.string().openapi({ description: "Empty where the server has none of that name" }),
    line: z.enum(["text", "vision"]),
    priority: z.enum(["interactive", "background"]),
    position: z.int().openapi({ description: "Its number in its line, from 1" }),
    waited_ms: z.int(),
    expected_wait_ms: z.int().nullable().openapi({
      description: "How much longer, for its place and its model; null where nothing is known",
    }),
    basis: z.enum(["measured", "model", "default", "unknown"]).openapi({
      description:
        "By what the requests before it are estimated: `measured` by their tenants' own for these models; `model` by anybody's; `default` by those for other models; of several the weakest",
    }),
  })
  .openapi("WaitingRequest");

const Queue = z
  .object({
    ...counts,
    tenants: z.array(TenantInQueue).openapi({ description: "Most to do first, at most 200" }),
    other_tenants: OtherTenants,
    requests: z.array(WaitingRequestShape).openapi({
      description: "Those that wait, at most 200, by line and position",
    }),
    other_requests: z.int().openapi({ description: "Those that wait and are not listed" }),
  })
  .openapi("Queue", {
    example: {
      running: 1,
      waiting: 3,
      tenants: [
        {
          tenant: "story-machine",
          running: 0,
          waiting: 1,
          inference_seconds: { minute: 4.2, hour: 92.5, day: 610.1 },
          share: 0.31,
          weight: 1,
        },
      ],
      other_tenants: {
        tenants: 2,
        running: 1,
        waiting: 2,
        inference_seconds: { minute: 51.7, hour: 206.3, day: 4100.4 },
      },
      requests: [
        {
          request_id: "7f1f9c0e-3b5a-4d53-9d7e-0a2d5f6e8c11",
          tenant: "story-machine",
          model: "qwen3:14b",
          line: "text",
          priority: "interactive",
          position: 1,
          waited_ms: 2140,
          expected_wait_ms: 6300,
          basis: "measured",
        },
      ],
      other_requests: 2,
    },
  });

const route: ServiceRoute = {
  method: "get",
  path: "/api/v1/queue",
  operationId: "queue",
  tags: ["State"],
  summary: "Who waits and runs, and what each can expect; others' names only for who may manage",
  responses: {
    200: { description: "The queue", content: { "application/json": { schema: Queue } } },
    ...errorResponses([]),
  },
};

/** GET /api/v1/queue */
export function queueRoute(router: ServiceRouter, services: QueueServices): void {
  mount(router, route, [], (c) => queue(c, services));
}

function queue(c: AppContext, { report, manageAccess }: QueueServices): Response {
  const { tenants, others, requests, otherRequests, ...now } = report(
    visibleTenant(c, manageAccess),
  );
  const body: z.infer<typeof Queue> = {
    ...now,
    tenants: tenants.map(({ seconds, share, ...one }) => ({
      ...one,
      inference_seconds: shown(seconds),
      share: threeDecimals(share),
    })),
    other_tenants: {
      tenants: others.tenants,
      running: others.running,
      waiting: others.waiting,
      inference_seconds: shown(others.seconds),
    },
    requests: requests.map(({ requestId, waitedMs, expectedMs, ...one }) => ({
      request_id: requestId ?? null,
      ...one,
      waited_ms: Math.round(waitedMs),
      expected_wait_ms: expectedMs === undefined ? null : Math.round(expectedMs),
    })),
    other_requests: otherRequests,
  };
  return answerJson(c, body);
}

function shown({ minute, hour, day }: InferenceSeconds): InferenceSeconds {
  return { minute: threeDecimals(minute), hour: threeDecimals(hour), day: threeDecimals(day) };
}
