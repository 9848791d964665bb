import { mayManage } from "../../middleware/may-manage.ts";
import { rateLimit } from "../../middleware/rate-limit.ts";
import { tenantConcurrency } from "../../middleware/tenant-concurrency.ts";
import { LIST_LIMITS } from "../../routes/service/contract/list-limits.ts";
import type { ServiceParts } from "../../routes/service/index.ts";
import type { AgentServices } from "../../routes/service/agents/agent-services.ts";
import type { AgentRunServices } from "../../routes/service/agents/run-services.ts";
import type { GenerationServices, Guards } from "../../routes/service/services.ts";
import type { QueueServices } from "../../routes/service/queue.ts";
import type { StateServices } from "../../routes/service/state.ts";
import { AgentCheck } from "../agents/agent-check.ts";
import { AgentValidator } from "../agents/agent-validator.ts";
import { RateLimiter } from "../access/rate-limiter.ts";
import { PromptLimit } from "../dialects/prompt-limit.ts";
import type { Embedder } from "../embeddings/embedder.ts";
import type { InferenceRunner } from "../inference/runner.ts";
import { modelProfileBody } from "../models/model-profile.ts";
import type { ModelProvision } from "../models/provision/model-provision.ts";
import { RecordReader } from "../requests/store/record-reader.ts";
import { ResponseMemory } from "../responses/response-memory.ts";
import { runtime } from "../runtime/on-bun.ts";
import { serviceVersion } from "../runtime/paths.ts";
import type { LineName } from "../scheduling/fair-queue.ts";
import { queueReport } from "../scheduling/waits/queue-report.ts";
import { retryAfter } from "../scheduling/waits/standing.ts";
import type { LiveRuns } from "../agents/live-runs.ts";
import type { Agents } from "./agents.ts";
import type { Base } from "./base.ts";
import type { ResponseCaching } from "./cache.ts";
import { workerThreads } from "./images.ts";
import type { Inference } from "./inference.ts";
import type { Mcp } from "./mcp.ts";
import type { Memory } from "./memory.ts";
import { batchLimits, bodyLimits, queueFacts } from "./limits.ts";
import type { ModelManagement } from "./model-management.ts";
import { bodyMemoryBytes, type Requests } from "./requests.ts";
import type { Threads } from "./threads.ts";

/** What the routes of `/api/v1` are made from. */
export interface ServiceRouteParts {
  base: Base;
  requests: Requests;
  agents: Agents;
  agentRuns: LiveRuns;
  threads: Threads;
  inference: Inference;
  memory: Memory;
  runner: InferenceRunner;
  embedder: Embedder;
  caching: ResponseCaching;
  management: ModelManagement;
  mcp: Mcp;
  provision: ModelProvision;
  isStopping: () => boolean;
}

/** An hour is long for a conversation, and short for what was said in confidence. */
const RESPONSES_KEPT = { ttlMs: 3_600_000, maxBytes: 67_108_864 };

/** What `/api/v1` works with, router by router. */
export function serviceParts(parts: ServiceRouteParts): ServiceParts {
  const { inference, embedder, caching, management, isStopping } = parts;
  const { aliases, catalog, defaults, client, queue } = inference;
  const requestsPerMinute: Record<string, number> = {};
  const guards = composeGuards(parts, requestsPerMinute);
  const generation = generationServices(parts, guards);
  const { promptLimit, onStreamError } = generation;
  const { manageAccess, store } = parts.requests;
  const records = store && new RecordReader(store);
  const embeddings = { guards, aliases, catalog, defaults, promptLimit, embedder };
  const running = { ...generation, catalog, agents: runServices(parts) };
  return {
    generation,
    running,
    responses: { ...running, memory: new ResponseMemory(RESPONSES_KEPT) },
    batches: {
      ...generation,
      catalog,
      queue,
      isStopping,
      limits: batchLimits(parts.base.settings),
      live: parts.requests.live,
      events: parts.base.events,
      logItem: (record, end) => parts.requests.log.writeItem(record, end),
    },
    embeddings,
    similarity: { ...embeddings, thread: parts.threads.similarity },
    models: { guards, aliases, catalog, client },
    memory: { report: parts.memory.report, lanes: inference.lanes },
    mcp: { servers: parts.mcp.servers, manageAccess },
    modelMemory: { guards, aliases, catalog, memory: parts.memory.manager, runner: parts.runner },
    modelChanges: { guards, aliases, ...management, onStreamError },
    state: stateServices(parts, requestsPerMinute),
    queue: queueServices(parts),
    cache: { guards, aliases, ...caching },
    requests: {
      guards,
      ...parts.requests,
      records,
      runs: parts.agents.runs,
      liveRuns: parts.agentRuns,
    },
    agents: agentServices(parts, guards, promptLimit),
    events: { guards, ...parts.requests },
    figures: { records, access: manageAccess, now: Date.now },
  };
}

function agentServices(
  { agents, agentRuns, inference, requests }: ServiceRouteParts,
  guards: Guards,
  promptLimit: PromptLimit,
): AgentServices {
  const { aliases, catalog, memory } = inference;
  const { book, runs, servers } = agents;
  return {
    guards,
    manageAccess: requests.manageAccess,
    book,
    runs,
    check: new AgentCheck({ aliases, catalog, servers }),
    validator: new AgentValidator({
      aliases,
      catalog,
      sizes: memory.sizes,
      promptLimit,
      servers: servers.boxes,
    }),
    live: agentRuns,
  };
}

function runServices({ base, agents, agentRuns, requests }: ServiceRouteParts): AgentRunServices {
  const { deadlines } = base;
  const { manageAccess } = requests;
  return { book: agents.book, runs: agentRuns, kept: agents.runs, deadlines, manageAccess };
}

function generationServices(
  { base, threads, inference, caching }: ServiceRouteParts,
  guards: Guards,
): GenerationServices {
  const { settings, profile, logs } = base;
  return {
    guards,
    runner: caching.runner,
    aliases: inference.aliases,
    catalog: inference.catalog,
    defaults: inference.defaults,
    promptLimit: new PromptLimit(settings.maxPromptTokens, profile.promptLimits),
    readImages: threads.images.read,
    bodyLimits: bodyLimits(settings),
    notices: { deadlines: base.deadlines, afterMs: settings.streamNoticeMs },
    onStreamError: logs.requestFailed,
  };
}

function queueServices({ base, inference, requests }: ServiceRouteParts): QueueServices {
  const { queue, inferenceUse: use } = inference;
  const { outlook } = queue;
  return {
    report: (only) => queueReport({ outlook, use, weights: base.weights }, only),
    manageAccess: requests.manageAccess,
  };
}

/** @param requestsPerMinute where the limits of routes are noted as they are given out. */
function composeGuards(
  { base, inference, requests: { tenants, manageAccess } }: ServiceRouteParts,
  requestsPerMinute: Record<string, number>,
): Guards {
  const limiter = new RateLimiter();
  const { outlook } = inference.queue;
  const again = (line: LineName) => (tenant: string) =>
    retryAfter(outlook.untilOneEnds(tenant, line));
  return {
    rate: (route, perMinute) => {
      if (!base.settings.rateLimitEnabled) return (_c, next) => next();
      requestsPerMinute[route] = perMinute;
      return rateLimit(limiter, route, perMinute);
    },
    mayManage: mayManage(manageAccess),
    tenantText: tenantConcurrency(tenants.text, again("text")),
    tenantVision: tenantConcurrency(tenants.vision, again("vision")),
    holdPlace: (record, line) => {
      const { tenant } = record;
      record.onEnd(tenants[line].acquire(tenant, () => again(line)(tenant)));
    },
  };
}

function stateServices(
  { base: { settings, profile }, inference, provision, isStopping }: ServiceRouteParts,
  requestsPerMinute: Readonly<Record<string, number>>,
): StateServices {
  const { upstream, client, queue, parallel, stuckModels } = inference;
  const lists = Object.entries(LIST_LIMITS);
  const limitFacts = {
    bodyMemoryBytes: bodyMemoryBytes(settings),
    workerThreads: workerThreads(settings),
    promptLimits: profile.promptLimits,
    requestsPerMinute,
    listEntries: Object.fromEntries(lists.map(([name, { entries }]) => [name, entries])),
    server: upstream,
  };
  return {
    upstream,
    client,
    queue,
    provision,
    stuckModels,
    isStopping,
    facts: {
      version: serviceVersion,
      runtime,
      modelProfile: () => modelProfileBody(profile, settings, limitFacts, provision.requiredNames),
      queueLimits: queueFacts(settings),
      raisedParallel: () => parallel.raised,
    },
  };
}
