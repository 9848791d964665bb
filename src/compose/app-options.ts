import { isLoopback } from "../../config/load.ts";
import type { ChosenProfile } from "../../config/profiles.ts";
import type { Settings } from "../../config/schema.ts";
import type { AppContext } from "../../middleware/env.ts";
import { rateLimit } from "../../middleware/rate-limit.ts";
import { tenantConcurrency } from "../../middleware/tenant-concurrency.ts";
import type { PassThroughServices } from "../../routes/ollama/services.ts";
import { LIST_LIMITS } from "../../routes/service/contract/list-limits.ts";
import type { Services } from "../../routes/service/services.ts";
import type { WorkerPool } from "../../workers/pool.ts";
import type { AppOptions } from "../app.ts";
import { CachedBytes } from "../cache/cached-bytes.ts";
import type { Embedder } from "../embeddings/embedder.ts";
import { inspectBody } from "../dialects/inspect-body.ts";
import type { InferencePipeline } from "../inference/pipeline.ts";
import { PromptLimit } from "../dialects/prompt-limit.ts";
import type { LimitFacts } from "../models/limits.ts";
import { modelProfileBody } from "../models/model-profile.ts";
import type { ActiveRequests } from "../runtime/active-requests.ts";
import type { BodyBudget } from "../http/body-budget.ts";
import type { BodyDiscards } from "../http/body-discards.ts";
import { joinedPieces, lengthOf } from "../http/body-pieces.ts";
import { createExchange } from "../http/http.ts";
import { ownedBytes } from "../runtime/owned-bytes.ts";
import { serviceVersion } from "../runtime/paths.ts";
import type { Transport } from "../http/transport.ts";
import type { Watches } from "../http/watches.ts";
import type { LineName } from "../scheduling/fair-queue.ts";
import type { SimilarityThread } from "../../workers/similarity/client.ts";
import { RequestLog } from "../requests/request-log.ts";
import type { LogFiles } from "../logs/service-log.ts";
import { RateLimiter } from "../access/rate-limiter.ts";
import type { TenantLimiter } from "../access/tenant-limiter.ts";
import { ClientAddress } from "../access/tenant-name.ts";
import type { Upstream } from "../hosts/upstream.ts";
import { bodyMemoryBytes } from "./bodies.ts";
import type { ResponseCaching } from "./cache.ts";
import { forwardsCredentials } from "./credentials.ts";
import { workerThreads, type Images } from "./images.ts";
import { batchLimits, bodyLimitOf, bodyLimits, queueFacts } from "./limits.ts";
import type { Scheduling } from "./scheduling.ts";

interface AppParts {
  settings: Settings;
  profile: ChosenProfile;
  logs: LogFiles;
  pool: WorkerPool;
  transport: Transport;
  pipeline: InferencePipeline;
  active: ActiveRequests;
  bodies: BodyBudget;
  discards: BodyDiscards;
  watches: Watches;
  images: Images;
  caching: ResponseCaching;
  embedder: Embedder;
  similarity: SimilarityThread;
  tenants: Record<LineName, TenantLimiter>;
  upstream: Upstream;
  scheduling: Scheduling;
  isStopping: () => boolean;
}

/** Bodies above this are looked into on a worker thread: parsing them would hold up streams. */
const INSPECT_ON_THREAD_BYTES = 262_144;

/** What the HTTP side is made from. */
export function appOptions(parts: AppParts): AppOptions {
  const { settings, logs, active } = parts;
  const log = new RequestLog(logs);
  const { caching } = parts;
  return {
    requestLifecycle: {
      exchangeOf: (c: AppContext) => createExchange(c.req.raw, c.env, parts.watches),
      log,
      active,
      bodies: parts.bodies,
      discards: parts.discards,
    },
    hostAndOrigin: {
      origins: settings.ollamaOrigins,
      hosts: settings.allowedHosts,
      checkHost: isLoopback(settings.apiHost),
    },
    bodyLimit: bodyLimitOf(settings),
    addresses: new ClientAddress(settings.trustedProxies),
    services: ownServices(parts, caching, log),
    proxy: proxyServices(parts, caching),
    onError: logs.requestFailed,
  };
}

function ownServices(parts: AppParts, caching: ResponseCaching, log: RequestLog): Services {
  const { settings, profile, upstream, scheduling } = parts;
  const { catalog, client, queue } = scheduling;
  const limiter = new RateLimiter();
  const requestsPerMinute: Record<string, number> = {};
  return {
    runner: caching.runner,
    cache: caching,
    embedder: parts.embedder,
    similarity: parts.similarity,
    catalog,
    upstream,
    client,
    promptLimit: new PromptLimit(settings.maxPromptTokens, profile.promptLimits),
    readImages: parts.images.read,
    bodyLimits: bodyLimits(settings),
    batch: batchLimits(settings),
    queue,
    isStopping: parts.isStopping,
    onStreamError: parts.logs.requestFailed,
    guards: {
      rate: (route, perMinute) => {
        if (!settings.rateLimitEnabled) return (_c, next) => next();
        requestsPerMinute[route] = perMinute;
        return rateLimit(limiter, route, perMinute);
      },
      tenantText: tenantConcurrency(parts.tenants.text),
      tenantVision: tenantConcurrency(parts.tenants.vision),
      holdPlace: (record, line) => record.onEnd(parts.tenants[line].acquire(record.tenant)),
    },
    logItem: (record, end) => log.writeItem(record, end),
    facts: {
      version: serviceVersion,
      modelProfile: () => modelProfileBody(profile, settings, limitFacts(parts, requestsPerMinute)),
      queueLimits: queueFacts(settings),
    },
  };
}

function limitFacts(
  { settings, profile, upstream }: AppParts,
  requestsPerMinute: LimitFacts["requestsPerMinute"],
): LimitFacts {
  const lists = Object.entries(LIST_LIMITS);
  return {
    bodyMemoryBytes: bodyMemoryBytes(settings),
    workerThreads: workerThreads(settings),
    promptLimits: profile.promptLimits,
    requestsPerMinute,
    listEntries: Object.fromEntries(lists.map(([name, { entries }]) => [name, entries])),
    server: upstream,
  };
}

function proxyServices(
  { settings, pool, images, transport, upstream, scheduling, pipeline }: AppParts,
  { answers }: ResponseCaching,
) {
  const { catalog } = scheduling;
  return {
    transport,
    upstream,
    pipeline,
    catalog,
    inspect: (pieces) => {
      if (lengthOf(pieces) > INSPECT_ON_THREAD_BYTES) {
        const own = pieces.map(ownedBytes);
        return (caller) => pool.run("inspectBody", own, { ...caller, transfer: own });
      }
      const body = joinedPieces(pieces);
      return { body, facts: inspectBody(body) };
    },
    compressImages: images.compressImages,
    cached: answers && new CachedBytes({ pipeline, answers }),
    forwardsCredentials: forwardsCredentials(settings),
    limits: {
      management: bodyLimits(settings).text,
      inference: { maxBytes: settings.proxyMaxBodyBytes, setting: "PROXY_MAX_BODY_BYTES" },
    },
  } satisfies PassThroughServices;
}
