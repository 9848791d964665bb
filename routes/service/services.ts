import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../../middleware/env.ts";
import type { Embedder } from "../../src/embeddings/embedder.ts";
import type { PromptLimit } from "../../src/dialects/prompt-limit.ts";
import type { ImageBodyReader } from "../../src/images/image-body.ts";
import type { CachedRunner } from "../../src/cache/cached-runner.ts";
import type { ResponseCache } from "../../src/cache/response-cache.ts";
import type { Shadow } from "../../src/cache/shadow/shadow.ts";
import type { ModelCatalog } from "../../src/models/catalog.ts";
import type { BodyLimit } from "../../src/http/body-limit.ts";
import type { SimilarityThread } from "../../workers/similarity/client.ts";
import type { FairQueue, LineName } from "../../src/scheduling/fair-queue.ts";
import type { RequestEnd, RequestRecord } from "../../src/requests/request-record.ts";
import type { UpstreamClient } from "../../src/hosts/client.ts";
import type { Upstream } from "../../src/hosts/upstream.ts";

/** What the routes of `/api/v1` work with. */
export interface Services {
  /** Asks the response cache first, where it is on. */
  runner: Pick<CachedRunner, "answer" | "stream">;
  embedder: Pick<Embedder, "embed">;
  similarity: Pick<SimilarityThread, "rank">;
  cache: {
    stats: () => Record<string, unknown>;
    drop: (which: Parameters<ResponseCache["drop"]>[0]) => Promise<number>;
    shadow: Pick<Shadow, "report"> | undefined;
  };
  catalog: Pick<
    ModelCatalog,
    | "assertAllowed"
    | "assertAllAllowed"
    | "assertCanSee"
    | "defaultModel"
    | "defaultVisionModel"
    | "defaultEmbeddingModel"
    | "find"
    | "installed"
  >;
  promptLimit: PromptLimit;
  upstream: Pick<Upstream, "state" | "reason" | "origin">;
  client: Pick<UpstreamClient, "installed" | "loaded" | "show">;
  /** Parses a body and takes its images out, large ones on a worker thread. */
  readImages: ImageBodyReader;
  /** How much of a body is read. */
  bodyLimits: Record<LineName, BodyLimit>;
  /** The limits of batches. */
  batch: Record<LineName, BatchLimits>;
  queue: Pick<FairQueue, "stats" | "assertRoomForBackground">;
  /** Whether the service has begun to stop. */
  isStopping: () => boolean;
  /** Tells the log of a failure that could only be shown inside a stream. */
  onStreamError: (err: unknown, requestId: string) => void;
  guards: {
    /** Requests a minute on a route. */
    rate: (route: string, perMinute: number) => MiddlewareHandler<AppEnv>;
    /** The tenant's places for text, and for requests with images. */
    tenantText: MiddlewareHandler<AppEnv>;
    tenantVision: MiddlewareHandler<AppEnv>;
    /** The same for a route that learns from its body which of them it needs. */
    holdPlace: (record: RequestRecord, line: LineName) => void;
  };
  /** Writes down how an item of a batch went. */
  logItem: (record: RequestRecord, end: RequestEnd) => void;
  facts: ServiceFacts;
}

/** How large a batch may be, and how many of its items are under way at once. */
export interface BatchLimits {
  maxItems: number;
  atOnce: number;
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
