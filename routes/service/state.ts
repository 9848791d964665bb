import { z } from "@hono/zod-openapi";
import type { AppContext } from "../../middleware/env.ts";
import { ServiceError } from "../../src/errors/service-error.ts";
import { answerJson } from "../answer-json.ts";
import { errorResponses } from "./contract/errors.ts";
import type { ServiceRoute } from "./contract/headers.ts";
import { ModelProfile } from "./contract/model-profile.ts";
import { mount, type ServiceRouter } from "./router.ts";
import type { StuckModels } from "../../src/models/memory/stuck-models.ts";
import type { LineName, FairQueue } from "../../src/scheduling/fair-queue.ts";
import type { UpstreamClient } from "../../src/hosts/client.ts";
import type { Upstream } from "../../src/hosts/upstream.ts";

/** What the routes work with that show how the service is. */
export interface StateServices {
  upstream: Pick<Upstream, "state" | "reason" | "assertAvailable">;
  client: Pick<UpstreamClient, "installed">;
  queue: Pick<FairQueue, "stats">;
  /** Models that the inference server cannot let go of. */
  stuckModels: Pick<StuckModels, "problems">;
  /** Whether the service has begun to stop. */
  isStopping: () => boolean;
  facts: ServiceFacts;
}

/** Facts about the service itself. */
export interface ServiceFacts {
  version: string;
  /** The body of `/api/v1/system/model-profile`. */
  modelProfile: () => Record<string, unknown>;
  queueLimits: Record<
    LineName,
    { max_concurrent: number; max_queue_size: number; default_timeout: number }
  >;
}

const Health = z
  .object({
    status: z.enum(["starting", "healthy", "unhealthy", "stopping"]),
    ollama_status: z.string().openapi({ description: "`running`, or why it is not" }),
    ollama_service: z.string().openapi({ description: "`healthy`, or `unhealthy: <reason>`" }),
    version: z.string(),
    problems: z.array(z.string()).optional().openapi({
      description: "What an operator has to look after although the server answers, and how",
    }),
  })
  .openapi("Health", {
    example: {
      status: "healthy",
      ollama_status: "running",
      ollama_service: "healthy",
      version: "2.0.0",
    },
  });

const Ready = z.object({ status: z.literal("ready") }).openapi("Ready", {
  example: { status: "ready" },
});

const poolStats = {
  queued: z.int(),
  in_progress: z.int(),
  completed: z.int(),
  failed: z.int(),
  rejected: z.int().openapi({ description: "Refused with queue_full" }),
  timeout: z.int().openapi({ description: "Waited longer than the hard stop" }),
  total_wait_time_ms: z.number(),
  max_wait_time_ms: z.number(),
  avg_wait_time_ms: z.number(),
  max_concurrent: z.int(),
  max_queue_size: z.int(),
  default_timeout: z.number().openapi({ description: "Seconds" }),
};

const examplePool = {
  queued: 1,
  in_progress: 6,
  completed: 240,
  failed: 3,
  rejected: 0,
  timeout: 0,
  total_wait_time_ms: 5210.4,
  max_wait_time_ms: 812.7,
  avg_wait_time_ms: 20.925,
  max_concurrent: 6,
  max_queue_size: 50,
  default_timeout: 120,
};

const QueueStats = z.object({ ...poolStats, vlm: z.object(poolStats) }).openapi("QueueStats", {
  description: "The text queue, and the one for requests with images",
  example: { ...examplePool, vlm: { ...examplePool, max_concurrent: 3, max_queue_size: 20 } },
});

const healthRoute: ServiceRoute = {
  method: "get",
  path: "/api/v1/health",
  operationId: "health",
  tags: ["State"],
  summary: "Health; always 200",
  responses: {
    200: { description: "The state", content: { "application/json": { schema: Health } } },
    ...errorResponses([]),
  },
};

const readyRoute: ServiceRoute = {
  method: "get",
  path: "/api/v1/ready",
  operationId: "ready",
  tags: ["State"],
  summary: "Readiness: 200 when inference can be done, else 503",
  responses: {
    200: { description: "Ready", content: { "application/json": { schema: Ready } } },
    ...errorResponses(["upstream_unavailable", "shutting_down"]),
  },
};

const statsRoute: ServiceRoute = {
  method: "get",
  path: "/api/v1/queue/stats",
  operationId: "queueStats",
  tags: ["State"],
  summary: "The queue's numbers; counts are since start",
  responses: {
    200: { description: "The numbers", content: { "application/json": { schema: QueueStats } } },
    ...errorResponses([]),
  },
};

const profileRoute: ServiceRoute = {
  method: "get",
  path: "/api/v1/system/model-profile",
  operationId: "modelProfile",
  tags: ["State"],
  summary: "The hardware profile, its models, and the limits in force",
  responses: {
    200: {
      description: "The profile",
      content: {
        "application/json": { schema: ModelProfile },
      },
    },
    ...errorResponses(["shutting_down"]),
  },
};

/** GET /api/v1/health, /ready, /queue/stats, /system/model-profile */
export function stateRoutes(router: ServiceRouter, services: StateServices): void {
  mount(router, healthRoute, [], (c) => health(c, services));
  mount(router, readyRoute, [], (c) => ready(c, services));
  mount(router, statsRoute, [], (c) => stats(c, services));
  mount(router, profileRoute, [], (c) => answerJson(c, services.facts.modelProfile()));
}

async function health(c: AppContext, services: StateServices): Promise<Response> {
  const problem = await problemOf(services);
  const { state } = services.upstream;
  const { problems } = services.stuckModels;
  const status = services.isStopping()
    ? "stopping"
    : problem === undefined
      ? "healthy"
      : state === "starting"
        ? "starting"
        : "unhealthy";
  return answerJson(c, {
    status,
    ollama_status: problem ?? "running",
    ollama_service: problem === undefined ? "healthy" : `unhealthy: ${problem}`,
    version: services.facts.version,
    ...(problems.length > 0 ? { problems } : {}),
  });
}

/** Why inference cannot be done now: asked of the server itself (its tag list). */
async function problemOf({ upstream, client }: StateServices): Promise<string | undefined> {
  if (upstream.state !== "ready") return upstream.reason;
  try {
    await client.installed();
    return undefined;
  } catch {
    return "it does not answer";
  }
}

function ready(c: AppContext, { upstream, isStopping }: StateServices): Response {
  if (isStopping()) throw new ServiceError("shutting_down", "The service is stopping");
  upstream.assertAvailable();
  return answerJson(c, { status: "ready" });
}

function stats(c: AppContext, { queue, facts }: StateServices): Response {
  return answerJson(c, {
    ...queue.stats("text"),
    ...facts.queueLimits.text,
    vlm: { ...queue.stats("vision"), ...facts.queueLimits.vision },
  });
}
