import { totalmem } from "node:os";
import type { LoadedModel } from "../hosts/client.ts";
import type { Upstream } from "../hosts/upstream.ts";
import type { ModelCatalog } from "../models/catalog.ts";
import { ContextLanes } from "../models/lanes/context-lanes.ts";
import { contextLimits } from "../models/lanes/context-limits.ts";
import type { ContextLimits } from "../models/lanes/lane-choice.ts";
import type { LoadedModels } from "../models/loaded-models.ts";
import type { ModelSizes } from "../models/memory/model-sizes.ts";
import type { ModelUse } from "../models/memory/model-use.ts";
import type { Base } from "./base.ts";
import { memoryLimitBytes } from "./memory-limit.ts";

interface LaneParts {
  catalog: ModelCatalog;
  sizes: Pick<ModelSizes, "figuresOf">;
  upstream: Pick<Upstream, "parallel">;
  /** The models in memory, which tells the lanes of them. */
  look: () => Promise<LoadedModel[]>;
  loadedModels: () => Pick<LoadedModels, "hasLatelyAnswered" | "isLoading">;
  modelUse: Pick<ModelUse, "of">;
}

/** Builds what keeps models in memory with the context that they have. */
export function composeContextLanes(base: Base, parts: LaneParts): ContextLanes {
  const { settings, profile } = base;
  const { look, loadedModels, modelUse } = parts;
  return new ContextLanes({
    mode: settings.contextLanes,
    configured: profile.contextLanes,
    limits: (model) => limitsOf(model, base, parts),
    look,
    isLoading: (model) => loadedModels().isLoading(model),
    isSure: (model) =>
      (modelUse.of(model)?.running ?? 0) > 0 || loadedModels().hasLatelyAnswered(model),
  });
}

async function limitsOf(
  model: string,
  base: Base,
  { catalog, sizes, upstream }: LaneParts,
): Promise<ContextLimits> {
  const [figures, found] = await Promise.all([sizes.figuresOf(model), catalog.find(model)]);
  if (!figures) return {};
  return contextLimits(figures, {
    limitBytes: memoryLimitBytes(base, totalmem()),
    weightBytes: found?.size ?? 0,
    parallel: base.settings.upstreamParallel ?? upstream.parallel,
    cacheType: base.env["OLLAMA_KV_CACHE_TYPE"],
  });
}
