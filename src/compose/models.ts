import type { ServiceEvents } from "../events/service-events.ts";
import { ServerFailure } from "../errors/server-failure.ts";
import { UpstreamClient } from "../hosts/client.ts";
import type { Upstream } from "../hosts/upstream.ts";
import type { Transport } from "../http/transport.ts";
import { ModelCatalog } from "../models/catalog.ts";
import { DefaultModels } from "../models/default-models.ts";
import { keepAliveMs } from "../models/keep-alive.ts";
import type { ContextLanes } from "../models/lanes/context-lanes.ts";
import { loadModel } from "../models/load-model.ts";
import { isSameLoad } from "../models/load-hints.ts";
import { LoadedModels } from "../models/loaded-models.ts";
import { ModelAliases } from "../models/model-aliases.ts";
import type { ReadGraphics } from "../models/memory/video-memory.ts";
import { ModelUse } from "../models/memory/model-use.ts";
import { StuckModels } from "../models/memory/stuck-models.ts";
import { canonicalModel } from "../models/model-name.ts";
import { ENGINE_TEXT_MODEL } from "../models/provision/first-models.ts";
import { awakeNow } from "../runtime/awake-clock.ts";
import type { FairQueue } from "../scheduling/fair-queue.ts";
import type { Base } from "./base.ts";
import { composeContextLanes } from "./context-lanes.ts";
import { composeMemoryRoom, type MemoryParts } from "./memory-room.ts";
import { memoryRulesFor } from "./memory-rules.ts";

/** What is known of the models, and what has them loaded. */
export interface Models {
  client: UpstreamClient;
  catalog: ModelCatalog;
  defaults: DefaultModels;
  aliases: ModelAliases;
  loadedModels: LoadedModels;
  modelUse: ModelUse;
  memory: MemoryParts;
  stuckModels: StuckModels;
  lanes: ContextLanes;
}

export interface ModelsOptions {
  upstream: Upstream;
  transport: Transport;
  /** Reads what graphics cards there are in another way than the system's. */
  readGraphics: ReadGraphics | undefined;
  /** As `StuckModels` has it. */
  stuckAfterMs: number | undefined;
  /** Throws while the first model is being fetched. */
  assertFirst: () => void;
}

interface LoadedModelsParts extends Pick<ModelsOptions, "upstream" | "transport"> {
  events: ServiceEvents;
  catalog: ModelCatalog;
  modelUse: ModelUse;
  memory: MemoryParts;
  stuckModels: StuckModels;
  lanes: () => ContextLanes;
  queue: () => FairQueue;
}

/**
 * Builds what knows the models, and has them loaded.
 * @param queue where requests for them wait; it is there before the first of them.
 */
export function composeModels(
  base: Base,
  { upstream, transport, readGraphics, stuckAfterMs, assertFirst }: ModelsOptions,
  queue: () => FairQueue,
): Models {
  const { settings, profile } = base;
  const client = new UpstreamClient(() => upstream.origin);
  const catalog = composeCatalog(base, client);
  const defaults = composeDefaults(base, catalog, assertFirst);
  const aliases = new ModelAliases({
    entries: base.aliases,
    isInstalled: (model) => catalog.isListed(model),
  });
  const warmup = new Set(profile.profile.warmup_models.map(canonicalModel));
  const warmupKeepMs = keepAliveMs(settings.warmupKeepAlive);
  const modelUse = new ModelUse({
    keepMs: (model) => (warmup.has(model) ? warmupKeepMs : undefined),
  });
  const stuckModels = composeStuckModels(base, upstream, { use: modelUse, graceMs: stuckAfterMs });
  const common = { upstream, transport, catalog, modelUse, stuckModels, queue };
  const memory = composeMemoryRoom(base, {
    ...common,
    readGraphics,
    client,
    lanes: () => lanes,
    loadedModels: () => loadedModels,
  });
  const loadedModels = composeLoadedModels({
    ...common,
    events: base.events,
    memory,
    lanes: () => lanes,
  });
  const lanes: ContextLanes = composeContextLanes(base, {
    catalog,
    sizes: memory.sizes,
    upstream,
    look: memory.listLoaded,
    loadedModels: () => loadedModels,
    modelUse,
  });
  return { client, catalog, defaults, aliases, loadedModels, modelUse, memory, stuckModels, lanes };
}

function composeLoadedModels(parts: LoadedModelsParts): LoadedModels {
  const { events, upstream, transport, catalog, modelUse, memory, stuckModels, lanes, queue } =
    parts;
  const { view, room, sizes, listLoaded } = memory;
  return new LoadedModels({
    listLoaded: async () => (await listLoaded()).map((model) => model.name),
    isInstalled: (model) => catalog.isInstalled(model),
    load: async (model, hints) => {
      // Also when it begins: it may be seen in memory before it can be used.
      modelUse.loaded(model);
      const startedAt = awakeNow();
      await lanes().load(model, hints, (inLane) =>
        loadModel({ transport, origin: upstream.origin }, model, inLane),
      );
      modelUse.loaded(model);
      events.emit("modelLoaded", model, awakeNow() - startedAt);
    },
    onFailure: (model, hints, err) => {
      // The server's own answer says that it is there.
      if (!(err instanceof ServerFailure)) upstream.checkHealth();
      queue().rejectWaiting(
        err,
        (waiting) =>
          waiting.model === model &&
          waiting.hints !== undefined &&
          isSameLoad(waiting.hints, hints),
      );
    },
    onGone: (model) => lanes().gone(model),
    assertWorks: (model) => stuckModels.assertWorks(model),
    capacity: () => capacityOf(view.mostLoaded, sizes.loadedCount),
    leaving: (models) => room.leaving(models),
    overflow: (model, others) => room.overflow(model, others),
    makeRoom: (model, hints) => room.makeFor(model, hints),
    onChange: () => queue().wake(),
  });
}

/** A server that holds more has shown that it may, whatever others should be there. */
function capacityOf(mostLoaded: number | undefined, loaded: number): number | undefined {
  return mostLoaded === undefined ? undefined : Math.max(mostLoaded, loaded);
}

function composeStuckModels(
  { logs }: Base,
  upstream: Upstream,
  { use, graceMs }: { use: ModelUse; graceMs: number | undefined },
): StuckModels {
  return new StuckModels({
    rules: () => memoryRulesFor(upstream),
    use,
    graceMs,
    remedy: () =>
      upstream.kind === "external"
        ? "restart the inference server"
        : "restart the service, and with it the inference server",
    onStuck: (model, problem) => logs.service.error({ model }, problem),
  });
}

function composeCatalog({ settings }: Base, client: UpstreamClient): ModelCatalog {
  return new ModelCatalog({
    list: () => client.installed(),
    show: (model) => client.show(model),
    allowed: settings.allowedModels,
    cloud: settings.allowCloudModels,
  });
}

function composeDefaults(
  { settings, profile }: Base,
  catalog: ModelCatalog,
  assertFirst: () => void,
): DefaultModels {
  const { text_model, vlm_model, embedding_model } = profile.profile;
  return new DefaultModels({
    catalog,
    preferred: [settings.defaultTextModel ?? text_model, ENGINE_TEXT_MODEL],
    preferredVision: [settings.defaultVisionModel ?? vlm_model],
    embedding: embedding_model,
    assertFirst,
  });
}
