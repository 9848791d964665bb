import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../../middleware/env.ts";
import type { PromptLimit } from "../../src/inference/prompt-limit.ts";
import type { InferenceRunner } from "../../src/inference/runner.ts";
import type { ModelCatalog } from "../../src/models/catalog.ts";
import type { PoolName } from "../../src/scheduling/fair-queue.ts";
import type { PoolStats } from "../../src/scheduling/pool-counter.ts";
import type { UpstreamClient } from "../../src/upstream/client.ts";
import type { Upstream } from "../../src/upstream/upstream.ts";

/** What the routes of `/api/v1` work with. */
export interface Services {
  runner: Pick<InferenceRunner, "answer" | "stream">;
  catalog: Pick<
    ModelCatalog,
    "assertAllowed" | "defaultModel" | "defaultEmbeddingModel" | "installed"
  >;
  promptLimit: PromptLimit;
  upstream: Pick<Upstream, "state" | "reason" | "origin">;
  client: Pick<UpstreamClient, "installed" | "loaded" | "show">;
  queueStats: (pool: PoolName) => PoolStats;
  /** Whether the service has begun to stop. */
  isStopping: () => boolean;
  /** Tells the log of a failure that could only be shown inside a stream. */
  onStreamError: (err: unknown, requestId: string) => void;
  guards: {
    /** Requests a minute on a route. */
    rate: (route: string, perMinute: number) => MiddlewareHandler<AppEnv>;
    /** The tenant's places for text. */
    tenantText: MiddlewareHandler<AppEnv>;
  };
  facts: ServiceFacts;
}

/** Facts that do not change while the service runs. */
export interface ServiceFacts {
  version: string;
  /** The body of `/api/v1/system/model-profile`. */
  modelProfile: Record<string, unknown>;
  queueLimits: Record<
    PoolName,
    { max_concurrent: number; max_queue_size: number; default_timeout: number }
  >;
}
