import { spanMs } from "../../config/go-values.ts";
import type { Settings } from "../../config/schema.ts";
import { MemoryManager } from "../models/memory/memory-manager.ts";
import { MemoryReport } from "../models/memory/memory-report.ts";
import { OwnModel } from "../models/memory/own-model.ts";
import { canonicalModel } from "../models/model-name.ts";
import type { Part } from "../runtime/lifecycle.ts";
import type { Base } from "./base.ts";
import { CACHE_MODEL } from "./cache.ts";
import type { Inference } from "./inference.ts";
import { promptCacheBytes } from "./memory-room.ts";

/** Who looks after memory. */
export interface Memory {
  manager: MemoryManager;
  report: MemoryReport;
  /** To be told that a server has come up. */
  serverUp: () => void;
  /** What is to be started and stopped of it. */
  parts: Part[];
}

/** Builds what unloads models that are idle, and tells of memory. */
export function composeMemory(base: Base, inference: Inference): Memory {
  const { settings, logs } = base;
  const { catalog, upstream, memory } = inference;
  const { view, unloader, pins, sizes, counts, video } = memory;
  const idleMs = idleLimitMs(settings);
  const pressure = settings.memoryPressure;
  const ownModel = composeOwnModel(base, inference);
  const manager = new MemoryManager({
    view,
    unloader,
    pins,
    installed: async () => (await catalog.installed()).map(({ name }) => name),
    idleMs,
    pressure,
    checkMs: settings.memoryCheckMs,
    onUnload: (model, reason, freedBytes) => {
      memory.onUnload(model, reason, freedBytes);
      if (reason === "idle" && model === canonicalModel(CACHE_MODEL)) ownModel?.leftIdle();
    },
    onChecked: ({ models }) => ownModel?.seen(models),
    onFault: (err, model) => logs.service.warn({ err, model }, "memory could not be looked after"),
  });
  const report = new MemoryReport({
    view,
    sizes,
    installed: () => catalog.installed(),
    counts,
    idleMs,
    pressure,
    videoBytes: () => video.bytes,
    promptCacheBytes: () => promptCacheBytes(base, upstream),
  });
  return {
    manager,
    report,
    serverUp: () => ownModel?.serverUp(),
    parts: [video, manager, ...(ownModel ? [ownModel] : [])],
  };
}

/** The embedding model of the response cache; undefined where that compares no questions. */
function composeOwnModel(
  { settings, logs }: Base,
  { catalog, loadedModels, memory: { room } }: Inference,
): OwnModel | undefined {
  if (!settings.responseCacheEnabled || settings.responseCacheSemantic === "off") return undefined;
  const model = canonicalModel(CACHE_MODEL);
  return new OwnModel({
    model,
    mayLoad: async () => (await catalog.isInstalled(model)) && (await room.isFreeFor(model)),
    load: async () => {
      // It was seen that it is gone, however lately it has answered.
      loadedModels.forget(model);
      await loadedModels.ensureLoaded(model, { kind: "embed" });
      return loadedModels.isLoaded(model);
    },
    onFault: (err) => logs.service.warn({ err, model }, "a model could not be loaded"),
  });
}

function idleLimitMs({ idleTimeoutMs, ollamaKeepAlive }: Settings): number {
  const keepAlive = spanMs(ollamaKeepAlive) ?? 0;
  return idleTimeoutMs ?? (keepAlive < 0 ? Number.POSITIVE_INFINITY : keepAlive);
}
