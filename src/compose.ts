import type { Hono } from "hono";
import type { Config } from "../config/load.ts";
import type { ChosenProfile } from "../config/profiles.ts";
import type { AppEnv } from "../middleware/env.ts";
import type { openWorkerPool } from "../workers/pool.ts";
import { composeAgentRuns } from "./compose/agent-runs.ts";
import { composeAgents } from "./compose/agents.ts";
import { composeApp } from "./compose/app.ts";
import { composeBase } from "./compose/base.ts";
import { composeCache } from "./compose/cache.ts";
import { composeMcp } from "./compose/mcp.ts";
import { composeMemory, type Memory } from "./compose/memory.ts";
import { sayNotices } from "./compose/notices.ts";
import { composeEmbedder } from "./compose/embeddings.ts";
import { FrontDoor } from "./compose/front-door.ts";
import { composeInference, type Inference } from "./compose/inference.ts";
import { composeLifecycle } from "./compose/lifecycle.ts";
import { loadOf, type LoadParts } from "./compose/load.ts";
import { composeMetrics } from "./compose/metrics.ts";
import { composeModelManagement } from "./compose/model-management.ts";
import { composeProvision } from "./compose/provision.ts";
import { composeRequests } from "./compose/requests.ts";
import { composeSleep, type SleepOptions } from "./compose/sleep.ts";
import { composeStoreThread } from "./compose/store-thread.ts";
import { tenantsPart } from "./compose/tenants.ts";
import type { Terminal } from "./compose/terminal.ts";
import { composeTraces } from "./compose/traces.ts";
import { composeThreads } from "./compose/threads.ts";
import type { LiveRuns } from "./agents/live-runs.ts";
import type { RestartPauses } from "./hosts/upstream.ts";
import { InferenceRunner } from "./inference/runner.ts";
import type { ReadDisk } from "./models/changes/model-disk.ts";
import type { ReadGraphics } from "./models/memory/video-memory.ts";
import type { ModelProvision } from "./models/provision/model-provision.ts";
import { StrictRunner } from "./schemas/strict-runner.ts";
import type { Lifecycle } from "./runtime/lifecycle.ts";

interface ComposeOptions extends Config, SleepOptions {
  /** The process's environment, for a started server. */
  env: Record<string, string | undefined>;
  terminal: Terminal;
  /** Where `tenants` came from, to be read again when it changes; without it they stay. */
  tenantsFile?: string | undefined;
  /** The same of `mcp`. */
  mcpFile?: string | undefined;
  /** The operator's agents; without it there are none. */
  agentsFolder?: string | undefined;
  /** How often that is looked for changes; milliseconds. */
  agentFilesEveryMs?: number | undefined;
  /** How long is waited before a server that keeps ending is started again. */
  restartPauses?: RestartPauses | undefined;
  /** How long after its expiry a model may still be in memory before it counts as stuck. */
  stuckAfterMs?: number | undefined;
  /** Opens the worker threads in another way than the service's own. */
  openPool?: typeof openWorkerPool | undefined;
  /** Tells how full a folder's disk is in another way than the system's. */
  readDisk?: ReadDisk | undefined;
  /** Reads what graphics cards there are in another way than the system's. */
  readGraphics?: ReadGraphics | undefined;
}

/** The whole service, built and not yet started. */
export interface Service {
  lifecycle: Lifecycle;
  app: Hono<AppEnv>;
  /** The OpenAPI document of `/api/v1`. */
  document: () => object;
  /** Gives back what building has opened; for a service that is never started. */
  close: () => Promise<void>;
  profile: ChosenProfile;
  /** The open port; 0 before start. */
  port: () => number;
  /**
   * Why a request that names no model would fail now; undefined when it would not. Waits for a first
   * model that is being fetched.
   */
  problem: () => Promise<string | undefined>;
  /** The numbers that must be 0 when nothing is under way. */
  load: () => ReturnType<typeof loadOf>;
}

/** The composition root: builds each long-lived part, one after the other. */
export async function compose(options: ComposeOptions): Promise<Service> {
  const base = await composeBase(options);
  const traces = await composeTraces(base);
  const threads = composeThreads(base, options.openPool);
  const storeThread = composeStoreThread(base);
  const requests = composeRequests(base, storeThread);
  const mcp = composeMcp(base, { file: options.mcp, path: options.mcpFile });
  const agents = composeAgents(base, {
    servers: { knows: (server) => mcp.servers.knows(server), boxes: mcp.servers },
    thread: storeThread,
    folder: options.agentsFolder,
    everyMs: options.agentFilesEveryMs,
  });
  const door: FrontDoor = new FrontDoor({
    settings: base.settings,
    requests,
    fetch: (request, bindings) => app.fetch(request, bindings),
    sendAway: (err) => {
      inference.queue.rejectWaiting(err);
      requests.feed.close();
      agentRuns.sendAway(err);
    },
  });
  const { restartPauses, stuckAfterMs } = options;
  const inference = composeInference(base, {
    ownOrigins: () => door.ownOrigins,
    restartPauses,
    stuckAfterMs,
    onUp: () => {
      provision.serverIsUp();
      memory.serverUp();
    },
    onDown: () => provision.serverIsDown(),
    assertFirst: () => provision.assertFirst(),
    readGraphics: options.readGraphics,
  });
  const runner = new InferenceRunner({ ...inference, images: threads.images.compressor });
  const embedder = composeEmbedder(base, inference);
  const { catalog, upstream } = inference;
  const { similarity } = threads;
  const memory: Memory = composeMemory(base, inference);
  const strict = new StrictRunner({ runner, thread: threads.schemas });
  const isStopping = (): boolean => door.isStopping;
  const agentRuns: LiveRuns = composeAgentRuns(base, {
    runner: strict,
    requests,
    book: agents.runs,
    boxes: mcp.servers,
    isStopping,
  });
  const caching = composeCache({
    ...base,
    runner: strict,
    catalog,
    upstream,
    embedder,
    similarity,
  });
  const management = composeModelManagement(base, inference, options.readDisk);
  const metrics = composeMetrics({
    base,
    requests,
    threads,
    inference,
    caching,
    mcp,
    agentRuns,
  });
  const provision: ModelProvision = composeProvision({ base, inference, memory, management });
  const parts = {
    base,
    threads,
    requests,
    agents,
    agentRuns,
    inference,
    memory,
    runner,
    embedder,
    caching,
    management,
    mcp,
    provision,
    metrics,
    isStopping,
  };
  const { app, document } = composeApp(parts);
  sayNotices(base);
  return {
    lifecycle: composeLifecycle({
      ...parts,
      door,
      traces,
      sleep: composeSleep(parts, options),
      tenants: tenantsPart(base, options.tenantsFile),
    }),
    app,
    document,
    close: async () => {
      await threads.close();
      await base.logs.close();
    },
    profile: base.profile,
    port: () => door.port,
    problem: () => problemOf(inference, provision),
    load: () => loadOf(parts satisfies LoadParts),
  };
}

async function problemOf(
  { upstream, defaults }: Inference,
  provision: ModelProvision,
): Promise<string | undefined> {
  if (upstream.state !== "ready") return upstream.reason;
  await provision.firstTry();
  const missing = await defaults.text().catch((err: Error) => err);
  return missing instanceof Error ? missing.message : undefined;
}
