import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import type { Hono } from "hono";
import systeminformation from "systeminformation";
import { isLoopback } from "../config/load.ts";
import { chooseProfile, type ChosenProfile } from "../config/profiles.ts";
import type { Settings } from "../config/schema.ts";
import type { AppContext, AppEnv } from "../middleware/env.ts";
import { rateLimit } from "../middleware/rate-limit.ts";
import { tenantConcurrency } from "../middleware/tenant-concurrency.ts";
import { openWorkerPool } from "../workers/pool.ts";
import { createApp, type AppOptions } from "./app.ts";
import { FrontDoor } from "./compose/front-door.ts";
import { composeInferenceServer } from "./compose/inference-server.ts";
import { renderError } from "./errors/render.ts";
import { ServiceError } from "./errors/service-error.ts";
import { inspectBody } from "./inference/inspect-body.ts";
import { PromptLimit } from "./inference/prompt-limit.ts";
import { InferenceRunner } from "./inference/runner.ts";
import { ModelCatalog } from "./models/catalog.ts";
import { modelProfileBody } from "./models/model-profile.ts";
import { ENGINE_TEXT_MODEL } from "./models/provision.ts";
import { Residency } from "./models/residency.ts";
import { ActiveRequests } from "./runtime/active-requests.ts";
import { Deadlines } from "./runtime/deadlines.ts";
import { createExchange, createTransport } from "./runtime/http.ts";
import { Lifecycle, type Part } from "./runtime/lifecycle.ts";
import type { Handler } from "./runtime/listen.ts";
import { entryUrl, projectRoot, serviceVersion } from "./runtime/paths.ts";
import { UploadWatch } from "./runtime/upload-watch.ts";
import { Admission } from "./scheduling/admission.ts";
import { FairQueue } from "./scheduling/fair-queue.ts";
import { ModelFloor } from "./scheduling/model-floor.ts";
import { RequestLog } from "./telemetry/request-log.ts";
import { openLogs } from "./telemetry/service-log.ts";
import type { Terminal } from "./telemetry/terminal.ts";
import { RateLimiter } from "./tenancy/rate-limiter.ts";
import { TenantLimiter } from "./tenancy/tenant-limiter.ts";
import { ClientAddress } from "./tenancy/tenant-name.ts";
import { UpstreamClient } from "./upstream/client.ts";
import { loadModel } from "./upstream/load-model.ts";

interface ComposeOptions {
  settings: Settings;
  /** The process's environment, for a started server. */
  env: Record<string, string | undefined>;
  terminal: Terminal;
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
  /** The numbers that must be 0 when nothing is under way. */
  load: () => { active: number; text: number; vision: number; tenants: number; deadlines: number };
}

/** Bodies above this are looked into on a worker thread: parsing them would hold up streams. */
const INSPECT_ON_THREAD_BYTES = 262_144;

/** The composition root: builds each long-lived part and lists them in their order. */
export async function compose({ settings, env, terminal }: ComposeOptions): Promise<Service> {
  const home = resolve(settings.home);
  const profile = await profileOf(settings);
  const logs = openLogs({
    home,
    level: settings.logLevel,
    onFault: (err) => terminal.say(`The logs cannot be written: ${err.message}`),
  });
  const pool = openWorkerPool(entryUrl("workers/main.ts"), Math.max(1, availableParallelism() - 1));
  const transport = createTransport();
  const deadlines = new Deadlines();
  const active = new ActiveRequests();
  const tenantText = new TenantLimiter({ limit: settings.tenantMaxText });
  const limiter = new RateLimiter();

  const upstream = composeInferenceServer({
    settings,
    profile,
    env,
    home,
    logs,
    terminal,
    ownOrigins: () => [`http://127.0.0.1:${door.port}`, `http://localhost:${door.port}`],
    onReset: () => {
      residency.reset();
      catalog.invalidate();
    },
    onInstalled: () => catalog.invalidate(),
    onReady: () => queue.wake(),
    onDown: (reason) => {
      terminal.say(`The inference server is down: ${reason}. Trying again.`);
      const message = `The inference server is not available: ${reason}`;
      queue.rejectWaiting(new ServiceError("upstream_unavailable", message));
    },
  });
  const client = new UpstreamClient(() => upstream.origin);
  const catalog = new ModelCatalog({
    list: () => client.installed(),
    preferred: [settings.defaultTextModel ?? profile.profile.text_model, ENGINE_TEXT_MODEL],
    allowed: settings.allowedModels,
  });
  const residency = new Residency({
    listLoaded: async () => (await client.loaded()).map((m) => m.name),
    isInstalled: (model) => catalog.isInstalled(model),
    load: (model, hints) => loadModel({ transport, origin: upstream.origin }, model, hints),
    capacity: () => upstream.capacity,
    onChange: () => queue.wake(),
  });
  const queue = new FairQueue({
    pools: poolLimits(settings),
    modelParallel: () => settings.upstreamParallel ?? upstream.parallel,
    floor: new ModelFloor({ models: residency, patienceMs: settings.modelPatienceMs }),
  });
  const admission = new Admission({ queue, residency });
  const hardStopMs = { text: settings.queueTextTimeoutMs, vision: settings.queueVisionTimeoutMs };
  const runner = new InferenceRunner({
    admission,
    residency,
    transport,
    upstream,
    deadlines,
    hardStopMs,
  });
  const onError = (err: unknown, requestId: string): void =>
    logs.service.error({ err, request_id: requestId }, "request failed");

  const uploads = new UploadWatch({ stallMs: settings.uploadStallMs });
  const requestLog = new RequestLog(logs);
  const appOptions: AppOptions = {
    requestId: {
      exchangeOf: (c: AppContext) => createExchange(c.req.raw, c.env, uploads),
      log: requestLog,
      active,
    },
    hostAndOrigin: {
      origins: settings.ollamaOrigins,
      hosts: settings.allowedHosts,
      checkHost: isLoopback(settings.apiHost),
    },
    maxBodyBytes: settings.maxBodyBytes,
    addresses: new ClientAddress(settings.trustedProxies),
    services: {
      runner,
      catalog,
      upstream,
      client,
      promptLimit: new PromptLimit(settings.maxPromptTokens, profile.promptLimits),
      queueStats: (name) => queue.stats(name),
      isStopping: () => door.isStopping,
      onStreamError: onError,
      guards: {
        rate: (route, perMinute) =>
          settings.rateLimitEnabled ? rateLimit(limiter, route, perMinute) : (_c, next) => next(),
        tenantText: tenantConcurrency(tenantText),
      },
      facts: {
        version: serviceVersion,
        modelProfile: modelProfileBody(profile, settings),
        queueLimits: queueFacts(settings),
      },
    },
    proxy: {
      transport,
      upstream,
      admission,
      residency,
      catalog,
      inspect: (body) =>
        body.byteLength > INSPECT_ON_THREAD_BYTES
          ? pool.run("inspectBody", body)
          : inspectBody(body),
      limits: {
        managementBytes: settings.maxBodyBytes,
        inferenceBytes: settings.proxyMaxBodyBytes,
        maxWaitMs: hardStopMs,
      },
    },
    onError,
  };
  const { app, document } = createApp(appOptions);
  const door = new FrontDoor({
    settings,
    active,
    queue,
    handler: ((request, bindings) => app.fetch(request, bindings)) as Handler,
    badRequest: (reason) => {
      const { status, body } = renderError(
        new ServiceError("invalid_request", reason),
        "service",
        crypto.randomUUID(),
      );
      return Response.json(body, { status });
    },
  });

  const parts: Part[] = [
    { name: "logs", stop: () => logs.close() },
    { name: "worker threads", stop: () => pool.destroy() },
    { name: "upstream connections", stop: () => transport.close() },
    door.door,
    upstream,
    door.draining,
  ];
  const report = (message: string, err?: unknown): void => {
    logs.service.error({ err }, message);
    terminal.say(err instanceof Error ? `${message}: ${err.message}` : message);
  };
  return {
    lifecycle: new Lifecycle(parts, { report }),
    app,
    document,
    close: async () => {
      await pool.destroy();
      await logs.close();
    },
    profile,
    port: () => door.port,
    load: () => ({
      active: active.size,
      text: queue.stats("text").in_progress + queue.stats("text").queued,
      vision: queue.stats("vision").in_progress + queue.stats("vision").queued,
      tenants: tenantText.size,
      deadlines: deadlines.size,
    }),
  };
}

async function profileOf(settings: Settings): Promise<ChosenProfile> {
  const memory = await systeminformation.mem().catch(() => undefined);
  return chooseProfile({
    yaml: await readFile(join(projectRoot, "config", "models.yaml"), "utf8"),
    ramBytes: memory?.total,
    forceProfile: settings.forceProfile,
    forceRamGb: settings.forceRamGb,
  });
}

function poolLimits(settings: Settings) {
  return {
    text: {
      maxRunning: settings.queueTextMaxRunning,
      maxWaiting: settings.queueTextMaxWaiting,
      tenantMaxRunning: settings.tenantMaxText,
    },
    vision: {
      maxRunning: settings.queueVisionMaxRunning,
      maxWaiting: settings.queueVisionMaxWaiting,
      tenantMaxRunning: settings.tenantMaxVision,
    },
  };
}

function queueFacts(settings: Settings) {
  return {
    text: {
      max_concurrent: settings.queueTextMaxRunning,
      max_queue_size: settings.queueTextMaxWaiting,
      default_timeout: settings.queueTextTimeoutMs / 1000,
    },
    vision: {
      max_concurrent: settings.queueVisionMaxRunning,
      max_queue_size: settings.queueVisionMaxWaiting,
      default_timeout: settings.queueVisionTimeoutMs / 1000,
    },
  };
}
