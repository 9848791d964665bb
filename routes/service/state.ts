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
import { canonicalModel } from "../../src/models/model-name.ts";
import type { FetchState, MissingModel } from "../../src/models/provision/model-fetch.ts";
import type { ModelProvision } from "../../src/models/provision/model-provision.ts";
import type { Upstream } from "../../src/hosts/upstream.ts";
import { awakeNow } from "../../src/runtime/awake-clock.ts";

/** What the routes work with that show how the service is. */
export interface StateServices {
  upstream: Pick<Upstream, "state" | "reason" | "kind" | "assertAvailable">;
  client: Pick<UpstreamClient, "installed">;
  queue: Pick<FairQueue, "stats">;
  provision: Pick<ModelProvision, "assertFirst" | "missing">;
  /** Models that the inference server cannot let go of. */
  stuckModels: Pick<StuckModels, "problems">;
  /** Whether the service has begun to stop. */
  isStopping: () => boolean;
  facts: ServiceFacts;
}

/** Facts about the service itself. */
export interface ServiceFacts {
  version: string;
  runtime: { name: "node" | "bun"; version: string };
  /** The body of `/api/v1/system/model-profile`. */
  modelProfile: () => Record<string, unknown>;
  /** As AdaptiveParallel has it. */
  raisedParallel: () => Record<string, number>;
  queueLimits: Record<
    LineName,
    { max_concurrent: number; max_queue_size: number; default_timeout: number }
  >;
}

const MissingModelShape = z
  .object({
    name: z.string(),
    state: z.enum(["not_fetched", "waiting", "fetching", "retrying", "failed"]).openapi({
      description:
        "`not_fetched`: nobody has agreed to it; `waiting`: for the one before it; `failed`: given up",
    }),
    size_gb: z.number().nullable().openapi({ description: "GB, where the profile says" }),
    completed_bytes: z.int(),
    total_bytes: z.int().openapi({ description: "0: not known yet" }),
    error: z.string().nullable().openapi({ description: "Why its last download has failed" }),
    retry_in: z.int().nullable().openapi({ description: "Seconds" }),
  })
  .openapi("MissingModel");

const Health = z
  .object({
    status: z.enum(["starting", "healthy", "unhealthy", "stopping"]).openapi({
      description:
        "`starting`: the inference server is, or required models are being fetched; others answer meanwhile",
    }),
    ollama_status: z.string().openapi({ description: "`running`, or why it is not" }),
    ollama_service: z.string().openapi({ description: "`healthy`, or `unhealthy: <reason>`" }),
    version: z.string(),
    runtime: z
      .object({ name: z.enum(["node", "bun"]), version: z.string() })
      .openapi({ description: "What the service runs on" }),
    inference_server: z.enum(["external", "ollama", "engine"]).nullable().openapi({
      description:
        "`external`: one that the service found or was told of; `ollama`: an Ollama that it has started; `engine`: the embedded engine; null: there is none now",
    }),
    missing_models: z.array(MissingModelShape).openapi({
      description: "Required models that are not installed; empty while the server is away",
    }),
    problems: z.array(z.string()).optional().openapi({
      description: "What an operator has to look after although the server answers, and how",
    }),
  })
  .openapi("Health", {
    example: {
      status: "starting",
      ollama_status: "running",
      ollama_service: "healthy",
      version: "2.0.0",
      runtime: { name: "node", version: "22.22.0" },
      inference_server: "ollama",
      missing_models: [
        {
          name: "qwen3:14b-q4_K_M",
          state: "fetching",
          size_gb: 8,
          completed_bytes: 2_311_872_512,
          total_bytes: 9_276_198_565,
          error: null,
          retry_in: null,
        },
      ],
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

const QueueStats = z
  .object({
    ...poolStats,
    vlm: z.object(poolStats),
    raised_parallel: z.record(z.string(), z.int()).openapi({
      description:
        "Models of which more requests go to the inference server side by side than it is known to take, and how many (see UPSTREAM_PARALLEL_MAX)",
    }),
  })
  .openapi("QueueStats", {
    description: "The text queue, and the one for requests with images",
    example: {
      ...examplePool,
      vlm: { ...examplePool, max_concurrent: 3, max_queue_size: 20 },
      raised_parallel: { "qwen3:14b": 2 },
    },
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
  const { problem, missing } = await lookAtServer(services);
  const { problems } = services.stuckModels;
  return answerJson(c, {
    status: statusOf(services, problem, missing),
    ollama_status: problem ?? "running",
    ollama_service: problem === undefined ? "healthy" : `unhealthy: ${problem}`,
    version: services.facts.version,
    runtime: services.facts.runtime,
    inference_server: services.upstream.kind ?? null,
    missing_models: missing.map(missingModelBody),
    ...(problems.length > 0 ? { problems } : {}),
  });
}

function statusOf(
  { isStopping, upstream }: StateServices,
  problem: string | undefined,
  missing: MissingModel[],
): "starting" | "healthy" | "unhealthy" | "stopping" {
  if (isStopping()) return "stopping";
  if (problem !== undefined) return upstream.state === "starting" ? "starting" : "unhealthy";
  return missing.some(({ state }) => COMING.has(state)) ? "starting" : "healthy";
}

/** States of a model that will be there, if all goes well. */
const COMING = new Set<FetchState>(["waiting", "fetching", "retrying"]);

interface ServerState {
  /** Why inference cannot be done now. */
  problem: string | undefined;
  missing: MissingModel[];
}

/** Asks the server itself (its tag list). */
async function lookAtServer({ upstream, client, provision }: StateServices): Promise<ServerState> {
  if (upstream.state !== "ready") return { problem: upstream.reason, missing: [] };
  try {
    const names = (await client.installed()).map(({ name }) => canonicalModel(name));
    return { problem: undefined, missing: provision.missing(new Set(names)) };
  } catch {
    return { problem: "it does not answer", missing: [] };
  }
}

function missingModelBody(model: MissingModel): z.infer<typeof MissingModelShape> {
  const { name, state, sizeGb, completedBytes, totalBytes, error, retryAt } = model;
  const retryMs = retryAt === undefined ? undefined : Math.max(0, retryAt - awakeNow());
  return {
    name,
    state,
    size_gb: sizeGb ?? null,
    completed_bytes: completedBytes,
    total_bytes: totalBytes,
    error: error ?? null,
    retry_in: retryMs === undefined ? null : Math.round(retryMs / 1000),
  };
}

function ready(c: AppContext, { upstream, provision, isStopping }: StateServices): Response {
  if (isStopping()) throw new ServiceError("shutting_down", "The service is stopping");
  upstream.assertAvailable();
  provision.assertFirst();
  return answerJson(c, { status: "ready" });
}

function stats(c: AppContext, { queue, facts }: StateServices): Response {
  return answerJson(c, {
    ...queue.stats("text"),
    ...facts.queueLimits.text,
    vlm: { ...queue.stats("vision"), ...facts.queueLimits.vision },
    raised_parallel: facts.raisedParallel(),
  });
}
