import { resolve } from "node:path";
import type { Hono } from "hono";
import systeminformation from "systeminformation";
import type { Config } from "../config/load.ts";
import { chooseProfile, type ChosenProfile } from "../config/profiles.ts";
import type { AppEnv } from "../middleware/env.ts";
import { createApp } from "./app.ts";
import { appOptions } from "./compose/app-options.ts";
import { composeBodies } from "./compose/bodies.ts";
import { composeCache } from "./compose/cache.ts";
import { credentialsNotice } from "./compose/credentials.ts";
import { composeEmbedder, composeSimilarity } from "./compose/embeddings.ts";
import { FrontDoor } from "./compose/front-door.ts";
import { composeImages, composeWorkers } from "./compose/images.ts";
import { composePipeline } from "./compose/inference.ts";
import { composeInferenceServer } from "./compose/inference-server.ts";
import { composeScheduling } from "./compose/scheduling.ts";
import { composeWatches } from "./compose/watches.ts";
import { renderError } from "./errors/render.ts";
import { ServiceError } from "./errors/service-error.ts";
import { InferenceRunner } from "./inference/runner.ts";
import { ActiveRequests } from "./runtime/active-requests.ts";
import { Deadlines } from "./runtime/deadlines.ts";
import { HomeLock } from "./runtime/home-lock.ts";
import { createTransport } from "./http/http.ts";
import { Lifecycle } from "./runtime/lifecycle.ts";
import type { Handler } from "./http/listen.ts";
import type { LineName } from "./scheduling/fair-queue.ts";
import { openLogs } from "./logs/service-log.ts";
import type { Terminal } from "./compose/terminal.ts";
import { TenantLimiter } from "./access/tenant-limiter.ts";
import type { RestartPauses } from "./hosts/upstream.ts";
import type { openWorkerPool } from "../workers/pool.ts";

interface ComposeOptions extends Config {
  /** The process's environment, for a started server. */
  env: Record<string, string | undefined>;
  terminal: Terminal;
  /** How long is waited before a server that keeps ending is started again. */
  restartPauses?: RestartPauses | undefined;
  /** Opens the worker threads in another way than the service's own. */
  openPool?: typeof openWorkerPool | undefined;
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
  /** Why a request that names no model would fail now; undefined when it would not. */
  problem: () => Promise<string | undefined>;
  /** The numbers that must be 0 when nothing is under way. */
  load: () => Record<
    | "active"
    | "bodies"
    | "discards"
    | "text"
    | "vision"
    | "tenants"
    | "tasks"
    | "embeddings"
    | "comparisons"
    | "deadlines",
    number
  >;
}

/** The composition root: builds each long-lived part and lists them in their order. */
export async function compose(options: ComposeOptions): Promise<Service> {
  const { settings, env, terminal } = options;
  const home = resolve(settings.home);
  const profile = await profileOf(options);
  const logs = openLogs({
    home,
    level: settings.logLevel,
    onFault: (err) => terminal.say(`The logs cannot be written: ${err.message}`),
  });
  const pool = composeWorkers(settings, logs, options.openPool);
  const images = composeImages(settings, pool);
  const similarity = composeSimilarity(logs);
  const transport = createTransport();
  const notice = credentialsNotice(settings);
  if (notice !== undefined) terminal.say(notice);
  const deadlines = new Deadlines();
  const active = new ActiveRequests();
  const { bodies, discards } = composeBodies(settings, deadlines);
  const watches = composeWatches(settings, logs);
  const tenants = {
    text: new TenantLimiter({ limit: settings.tenantMaxText }),
    vision: new TenantLimiter({ limit: settings.tenantMaxVision }),
  };
  const upstream = composeInferenceServer({
    settings,
    profile,
    env,
    home,
    logs,
    terminal,
    ownOrigins: () => [`http://127.0.0.1:${door.port}`, `http://localhost:${door.port}`],
    isBusy: () => queue.stats("text").in_progress + queue.stats("vision").in_progress > 0,
    restartPauses: options.restartPauses,
    onReset: () => {
      loadedModels.reset();
      catalog.invalidate();
    },
    onInstalled: () => catalog.invalidate(),
    onReady: () => queue.wake(),
    onDown: (reason) => {
      terminal.say(`The inference server is down: ${reason}. Trying again.`);
      queue.rejectWaiting(upstream.unavailable());
    },
  });
  const scheduling = composeScheduling({ settings, profile, upstream, transport, logs });
  const { catalog, loadedModels, queue } = scheduling;
  const pipeline = composePipeline({ settings, scheduling, transport, upstream, deadlines });
  const runner = new InferenceRunner({ pipeline, images: images.compressor });
  const embedder = composeEmbedder({ settings, pipeline, catalog, deadlines });
  const caching = composeCache({
    settings,
    home,
    logs,
    runner,
    catalog,
    embedder,
    similarity,
  });
  const { app, document } = createApp(
    appOptions({
      settings,
      profile,
      logs,
      pool,
      images,
      caching,
      embedder,
      similarity,
      transport,
      pipeline,
      active,
      bodies,
      discards,
      watches,
      tenants,
      upstream,
      scheduling,
      isStopping: () => door.isStopping,
    }),
  );
  const door = new FrontDoor({
    settings,
    active,
    queue,
    handler: ((request, bindings) => app.fetch(request, bindings)) as Handler,
    badRequest,
    downloads: watches.downloads,
  });
  const homeLock = new HomeLock({ home, say: terminal.say });
  const lifecycle = new Lifecycle(
    [
      homeLock.lock,
      { name: "logs", stop: () => logs.close() },
      { name: "worker threads", stop: () => pool.destroy() },
      { name: "similarity thread", stop: () => similarity.destroy() },
      ...caching.parts,
      { name: "upstream connections", stop: () => transport.close() },
      door.door,
      homeLock.note(() => door.port),
      upstream,
      door.draining,
    ],
    {
      report: (message, err) => {
        logs.service.error({ err }, message);
        terminal.say(err instanceof Error ? `${message}: ${err.message}` : message);
      },
    },
  );
  const underWay = (name: LineName): number =>
    queue.stats(name).in_progress + queue.stats(name).queued;
  return {
    lifecycle,
    app,
    document,
    close: async () => {
      await Promise.all([pool.destroy(), similarity.destroy()]);
      await logs.close();
    },
    profile,
    port: () => door.port,
    problem: async () => {
      if (upstream.state !== "ready") return upstream.reason;
      const missing = await catalog.defaultModel().catch((err: Error) => err);
      return missing instanceof Error ? missing.message : undefined;
    },
    load: () => ({
      active: active.size,
      bodies: bodies.bytes + bodies.waiting,
      discards: discards.size,
      text: underWay("text"),
      vision: underWay("vision"),
      tenants: tenants.text.size + tenants.vision.size,
      tasks: pool.size,
      embeddings: embedder.size,
      comparisons: similarity.size,
      deadlines: deadlines.size,
    }),
  };
}

/** The answer to what is no HTTP request. */
function badRequest(reason: string): Response {
  const error = new ServiceError("invalid_request", reason);
  const { status, body } = renderError(error, "service", crypto.randomUUID());
  return Response.json(body, { status });
}

async function profileOf({ settings, models }: Config): Promise<ChosenProfile> {
  const memory = await systeminformation.mem().catch(() => undefined);
  return chooseProfile({
    models,
    ramBytes: memory?.total,
    forceProfile: settings.forceProfile,
    forceRamGb: settings.forceRamGb,
  });
}
