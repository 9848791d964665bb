import systeminformation from "systeminformation";
import { spanMs } from "../../config/go-values.ts";
import type { Settings } from "../../config/schema.ts";
import type { LoadedModel } from "../hosts/client.ts";
import { unloadModel } from "../models/load-model.ts";
import { MemoryManager } from "../models/memory/memory-manager.ts";
import { canonicalModel } from "../models/model-name.ts";
import type { Base } from "./base.ts";
import { CACHE_MODEL } from "./cache.ts";
import type { Inference } from "./inference.ts";
import { memoryLimitBytes } from "./memory-limit.ts";
import { memoryRulesFor } from "./memory-rules.ts";

/** Builds what unloads models that are idle. */
export function composeMemory(
  { settings, profile, logs }: Base,
  { listLoaded, loadedModels, modelUse, queue, stuckModels, transport, upstream }: Inference,
): MemoryManager {
  return new MemoryManager({
    list: listLoaded,
    rules: () => memoryRulesFor(upstream),
    use: modelUse,
    hold: (model) => queue.hold(model),
    isLoading: (model) => loadedModels.isLoading(model),
    unload: async (model) => {
      // The server is trying that already, and would not answer.
      stuckModels.assertWorks(model);
      await unloadModel({ transport, origin: upstream.origin }, model);
      loadedModels.forget(model);
    },
    memory: async () => {
      const { total, available } = await systeminformation.mem();
      return { totalBytes: total, availableBytes: available };
    },
    limitBytes: (totalBytes) => memoryLimitBytes({ settings, profile }, totalBytes),
    bytesOf,
    idleMs: idleLimitMs(settings),
    pressure: settings.memoryPressure,
    checkMs: settings.memoryCheckMs,
    ownModel: canonicalModel(CACHE_MODEL),
    onUnload: (model, reason, freedBytes) =>
      logs.service.info({ model, reason, freed_bytes: freedBytes }, "a model was unloaded"),
    onFault: (err, model) => logs.service.warn({ err, model }, "memory could not be looked after"),
  });
}

/** On Apple Silicon graphics and everything else share one memory; elsewhere graphics has its own. */
function bytesOf({ size, size_vram: graphics }: LoadedModel): number {
  const isShared = process.platform === "darwin" && process.arch === "arm64";
  return isShared ? size : size - graphics;
}

function idleLimitMs({ idleTimeoutMs, ollamaKeepAlive }: Settings): number {
  const keepAlive = spanMs(ollamaKeepAlive) ?? 0;
  return idleTimeoutMs ?? (keepAlive < 0 ? Number.POSITIVE_INFINITY : keepAlive);
}
