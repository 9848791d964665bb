import { EngineError, shortened } from "./errors.ts";
import type { Emit } from "./events.ts";
import { Router } from "./http/router.ts";
import { HttpServer } from "./http/server.ts";
import { collectGarbage } from "./loading/collect-garbage.ts";
import { LoadedModels } from "./loading/loaded-models.ts";
import { type ModelLoadRequest, ModelLoader } from "./loading/model-loader.ts";
import { EMBEDDING_MODEL } from "./models/catalogue.ts";
import { Puller } from "./models/pull/puller.ts";
import { createWeb } from "./models/registry/web.ts";
import { registrySource } from "./models/sources/registry.ts";
import { shippedSource } from "./models/sources/shipped.ts";
import { wheelSource } from "./models/sources/wheel.ts";
import { ModelStore } from "./models/store.ts";
import { engineRoutes } from "./routes/all.ts";
import { healthRoute } from "./routes/health.ts";
import type { ModelRunner } from "./runner/model-runner.ts";
import type { Services } from "./services.ts";
import type { EngineSettings, Environment } from "./settings.ts";
import { ModelTemplates } from "./templates/model-templates.ts";
import { Progress } from "./watch/progress.ts";
import { Watchdog } from "./watch/watchdog.ts";

export type EngineOptions = {
  readonly settings: EngineSettings;
  /** The environment of programs that the engine starts. */
  readonly environment: Environment;
  readonly emit: Emit;
  readonly warn: (message: string) => void;
  /** Called with the reason when the engine can answer no more: its process has to end. */
  readonly onStuck?: (reason: string) => void;
  /** Loads a model into memory; by default llama.cpp does. */
  readonly load?: (request: ModelLoadRequest) => Promise<ModelRunner>;
};

export type Engine = {
  /** Makes the store ready and listens; returns the URL. */
  start(): Promise<string>;
  /** Takes no more requests, aborts the running ones and frees the models. */
  stop(): Promise<void>;
};

/** Puts the engine together; nothing runs before `start`. */
export function createEngine(options: EngineOptions): Engine {
  const { settings, environment, emit, warn } = options;
  const onError = (err: unknown) => {
    if (!(err instanceof EngineError)) warn(describe(err));
  };
  const progress = new Progress();
  const { parallel } = settings;
  const loader = new ModelLoader({ parallel, environment, emit, warn, progress });
  const services = createServices(options, loader, onError);
  const { store, puller, loadedModels } = services;
  const watchdog = createWatchdog(options, progress, loadedModels);
  const server = new HttpServer({
    router: new Router([...engineRoutes({ services, onError }), healthRoute(watchdog)]),
    onError,
    clientStallMs: settings.clientStallMs,
  });
  return {
    async start() {
      await store.prepare();
      await registerShipped({ store, puller, settings, onError });
      watchdog.start();
      // Opening llama.cpp reads many files and holds up everything else. The first request is the
      // supervisor's health check, which must not wait for that.
      if (settings.warm) server.firstAnswer.then(() => loader.open()).catch(onError);
      return server.listen(settings.host, settings.port);
    },
    async stop() {
      watchdog.stop();
      server.stop();
      await loadedModels.stop();
      await store.close();
    },
  };
}

function createServices(
  { settings, environment, emit, load }: EngineOptions,
  loader: ModelLoader,
  onError: (err: unknown) => void,
): Services {
  const { contextLength } = settings;
  const store = new ModelStore({ root: settings.modelsDir, prune: settings.prune });
  const sources = [
    shippedSource({ file: settings.embeddingModelFile }),
    registrySource({ web: createWeb(environment) }),
    wheelSource({ environment }),
  ];
  const puller = new Puller({ store, sources, emit });
  const loadedModels = new LoadedModels<ModelRunner, ModelLoadRequest>({
    load: load ?? ((request) => loader.load(request)),
    maxLoaded: settings.maxLoaded,
    maxQueue: settings.maxQueue,
    keepAliveMs: settings.keepAliveMs,
    onLoaded: (model, durationMs) => emit("model_loaded", { model, duration_ms: durationMs }),
    onUnloaded: (model) => emit("model_unloaded", { model }),
    onEmpty: collectGarbage,
    onFault: onError,
  });
  return { store, puller, templates: new ModelTemplates(), loadedModels, contextLength };
}

function createWatchdog(
  { settings, emit, warn, onStuck }: EngineOptions,
  progress: Progress,
  loadedModels: Services["loadedModels"],
): Watchdog {
  return new Watchdog({
    stuckAfterMs: settings.stuckAfterMs,
    progress,
    places: () => [
      loadedModels.places(),
      ...loadedModels.list().flatMap(({ runner }) => runner?.places() ?? []),
    ],
    onStuck(reason) {
      emit("stuck", { reason });
      warn(reason);
      onStuck?.(reason);
    },
  });
}

function describe(err: unknown): string {
  return shortened(err instanceof Error ? (err.stack ?? err.message) : String(err));
}

/**
 * Puts the shipped embedding model into the store. A failure is only reported: without that model
 * the engine still writes text.
 */
async function registerShipped({
  store,
  puller,
  settings,
  onError,
}: Pick<Services, "store" | "puller"> & {
  settings: EngineSettings;
  onError: (err: unknown) => void;
}): Promise<void> {
  const [name] = EMBEDDING_MODEL.names;
  if (!name || settings.embeddingModelFile === undefined) return;
  try {
    const known = await store.find(name);
    const { digest, size } = EMBEDDING_MODEL.weights;
    if (known && (known.weightsDigest !== digest || (await store.blobs.has(digest, size)))) return;
    await puller.register(EMBEDDING_MODEL);
  } catch (err) {
    onError(err);
  }
}
