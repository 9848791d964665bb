import { totalmem } from "node:os";
import systeminformation from "systeminformation";
import type { LoadedModel, UpstreamClient } from "../hosts/client.ts";
import { isAtLeast } from "../hosts/ollama-version.ts";
import { LLAMA_SERVER } from "../hosts/plans.ts";
import type { Upstream } from "../hosts/upstream.ts";
import type { Transport } from "../http/transport.ts";
import type { ModelCatalog } from "../models/catalog.ts";
import { unloadModel } from "../models/load-model.ts";
import type { ContextLanes } from "../models/lanes/context-lanes.ts";
import type { LoadedModels } from "../models/loaded-models.ts";
import { IdleUnloader } from "../models/memory/idle-unloader.ts";
import { MemoryCounts } from "../models/memory/memory-counts.ts";
import { MOST_MODELS } from "../models/memory/memory-limit.ts";
import { MemoryRoom } from "../models/memory/memory-room.ts";
import { MemoryView } from "../models/memory/memory-view.ts";
import { modelMemory } from "../models/memory/model-memory.ts";
import { ModelSizes } from "../models/memory/model-sizes.ts";
import type { ModelUse } from "../models/memory/model-use.ts";
import { Pins } from "../models/memory/pins.ts";
import type { StuckModels } from "../models/memory/stuck-models.ts";
import type { UnloadReason } from "../models/memory/unload-choice.ts";
import { VideoMemory, type ReadGraphics } from "../models/memory/video-memory.ts";
import { canonicalModel } from "../models/model-name.ts";
import { awakeNow } from "../runtime/awake-clock.ts";
import type { FairQueue } from "../scheduling/fair-queue.ts";
import type { Base } from "./base.ts";
import { CACHE_MODEL } from "./cache.ts";
import { hardStops } from "./limits.ts";
import { limitFacts } from "./memory-limit.ts";
import { memoryRulesFor } from "./memory-rules.ts";

const MIB = 2 ** 20;

/** What is known of memory, and who makes room in it. */
export interface MemoryParts {
  sizes: ModelSizes;
  pins: Pins;
  video: VideoMemory;
  view: MemoryView;
  /** The models in memory, of which all learn that have to. @throws ServiceError. */
  listLoaded: () => Promise<LoadedModel[]>;
  /** Those of the last look that are not known to have left. */
  lastListed: () => LoadedModel[];
  unloader: IdleUnloader;
  room: MemoryRoom;
  counts: MemoryCounts;
  /** Notes that a model was unloaded, and why. */
  onUnload: (model: string, reason: UnloadReason, freedBytes: number) => void;
}

interface MemoryRoomParts {
  upstream: Upstream;
  transport: Transport;
  readGraphics: ReadGraphics | undefined;
  client: UpstreamClient;
  catalog: ModelCatalog;
  modelUse: ModelUse;
  stuckModels: StuckModels;
  /** They load by what is built here. */
  lanes: () => Pick<ContextLanes, "seen">;
  loadedModels: () => LoadedModels;
  queue: () => FairQueue;
}

/** Builds what knows how much memory there is, and has models leave for others. */
export function composeMemoryRoom(base: Base, parts: MemoryRoomParts): MemoryParts {
  const { settings, logs } = base;
  const { upstream, transport, client, modelUse, stuckModels, lanes, loadedModels, queue } = parts;
  const ownModel = canonicalModel(CACHE_MODEL);
  const isUnified = process.platform === "darwin" && process.arch === "arm64";
  const video = new VideoMemory({
    read: async () => {
      if (isUnified) return [];
      if (parts.readGraphics) return parts.readGraphics();
      return (await systeminformation.graphics()).controllers;
    },
  });
  const sizes = composeSizes(base, parts);
  const pins = new Pins();
  const counts = new MemoryCounts();
  let lastListed: LoadedModel[] = [];
  const listLoaded = async (): Promise<LoadedModel[]> => {
    const askedAt = awakeNow();
    const listed = await client.loaded();
    lastListed = listed;
    sizes.learn(listed);
    stuckModels.seen(listed);
    lanes().seen(listed, askedAt);
    return listed;
  };
  const view = new MemoryView({
    list: listLoaded,
    rules: () => memoryRulesFor(upstream),
    use: modelUse,
    pins,
    machine: async () => {
      const { total, available } = await systeminformation.mem();
      return { totalBytes: total, availableBytes: available };
    },
    limits: () => modelMemory(limitFacts(base, totalmem()), { isUnified, videoBytes: video.bytes }),
    mostLoaded: () => mostLoaded(upstream),
    ownModel,
  });
  const unloader = new IdleUnloader({
    hold: (model) => queue().hold(model),
    drain: (model, signal) => queue().drain(model, signal),
    isLoading: (model) => loadedModels().isLoading(model),
    use: modelUse,
    unload: async (model) => {
      // The server is trying that already, and would not answer.
      stuckModels.assertWorks(model);
      await unloadModel({ transport, origin: upstream.origin }, model);
      loadedModels().forget(model);
      sizes.left(model);
      base.events.emit("modelUnloaded", model);
    },
  });
  const onUnload = (model: string, reason: UnloadReason, freedBytes: number): void => {
    counts.left(freedBytes);
    logs.service.info({ model, reason, freed_bytes: freedBytes }, "a model was unloaded");
  };
  const { text, vision } = hardStops(settings);
  const room = new MemoryRoom({
    view,
    sizes,
    unloader,
    isLoaded: (model) => loadedModels().isLoaded(model),
    isLoading: (model) => loadedModels().isLoading(model),
    isPinned: (model) => pins.has(model),
    ownModel,
    pressure: settings.memoryPressure,
    maxWaitMs: Math.max(text, vision),
    onUnload,
    onRefused: () => {
      counts.refused += 1;
    },
    onUnfit: ({ model, need, limitBytes }) => {
      counts.unfit += 1;
      const facts = { model, needed_bytes: need?.bytes, limit_bytes: Math.round(limitBytes) };
      logs.service.warn(facts, "a model is loaded that does not fit");
    },
    onFault: (err, model) => logs.service.warn({ err, model }, "room could not be made"),
  });
  return {
    ...{ sizes, pins, video, view, listLoaded, unloader, room, counts, onUnload },
    lastListed: () =>
      lastListed.filter(({ name }) => loadedModels().isLoaded(canonicalModel(name))),
  };
}

function composeSizes(
  { env }: Base,
  { catalog, client, upstream }: Pick<MemoryRoomParts, "catalog" | "client" | "upstream">,
): ModelSizes {
  const context = Number(env["OLLAMA_CONTEXT_LENGTH"]);
  return new ModelSizes({
    catalog,
    show: (model) => client.show(model),
    cache: () => ({ parallel: upstream.parallel, cacheType: env["OLLAMA_KV_CACHE_TYPE"] }),
    usualContext: context > 0 ? context : undefined,
  });
}

/** Models that may be in memory at once: what the server was told, else three. */
function mostLoaded(upstream: Upstream): number | undefined {
  return upstream.capacity ?? (memoryRulesFor(upstream) === "none" ? undefined : MOST_MODELS);
}

/**
 * What a started Ollama keeps of prompts for each model in the machine's memory, at most, beside
 * what its list shows; undefined for other servers, of which it is not known.
 */
export function promptCacheBytes({ env, profile }: Base, upstream: Upstream): number | undefined {
  const { kind, version } = upstream;
  if (kind !== "ollama" || version === undefined || !isAtLeast(version, LLAMA_SERVER)) {
    return undefined;
  }
  const set = Number(env["LLAMA_ARG_CACHE_RAM"] || profile.promptCacheMib);
  return set >= 0 ? set * MIB : undefined;
}
