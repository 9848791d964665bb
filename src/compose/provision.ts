import { join } from "node:path";
import { canonicalModel } from "../models/model-name.ts";
import { ModelProvision } from "../models/provision/model-provision.ts";
import type { ProvisionReports } from "../models/provision/reports.ts";
import { WarmUp } from "../models/provision/warm-up.ts";
import { projectRoot } from "../runtime/paths.ts";
import type { Base } from "./base.ts";
import type { Inference } from "./inference.ts";
import type { Memory } from "./memory.ts";
import type { ModelManagement } from "./model-management.ts";

const GIB = 2 ** 30;

interface ProvisionParts {
  base: Base;
  inference: Inference;
  memory: Memory;
  management: ModelManagement;
}

/** Builds what fetches the models that are required, and loads those that are to be warm. */
export function composeProvision(parts: ProvisionParts): ModelProvision {
  const { settings, profile, terminal, logs } = parts.base;
  const { catalog, upstream } = parts.inference;
  const { required_models: required, warmup_models: warmup, memory_hints } = profile.profile;
  const hints = byCanonicalName(memory_hints);
  const reports: ProvisionReports = {
    say: terminal.say,
    log: (fields, message) => logs.service.info(fields, message),
    progress: terminal.progress,
  };
  // What clients may not use takes no disk and no memory.
  const allowed = (model: string): boolean => catalog.allows(model);
  return new ModelProvision({
    server: upstream,
    catalog,
    pulls: parts.management.pulls,
    warmUp: composeWarmUp(parts, hints, reports),
    embeddingFile: join(projectRoot, "models", "all-minilm-l6-v2-q8_0.gguf"),
    required: required
      .filter(allowed)
      .map((name) => ({ name, sizeGb: hints.get(canonicalModel(name)) })),
    warmup: warmup.filter(allowed),
    autoPull: settings.autoPull,
    ask: terminal.ask,
    reports,
  });
}

function composeWarmUp(
  { base: { settings }, inference, memory }: ProvisionParts,
  hints: ReadonlyMap<string, number>,
  reports: ProvisionReports,
): WarmUp {
  const { catalog, loadedModels, modelUse, queue } = inference;
  return new WarmUp({
    catalog,
    loadedModels,
    modelUse,
    isBusy: () => queue.stats("text").queued + queue.stats("vision").queued > 0,
    freeBytes: async () => {
      const { rules, free_bytes } = await memory.report.read();
      return rules === "none" ? undefined : free_bytes;
    },
    expectedBytes: async (model) => {
      const hintGb = hints.get(canonicalModel(model));
      return hintGb === undefined ? ((await catalog.find(model))?.size ?? undefined) : hintGb * GIB;
    },
    keepAlive: settings.warmupKeepAlive,
    reports,
  });
}

function byCanonicalName(hints: Readonly<Record<string, number>>): Map<string, number> {
  return new Map(Object.entries(hints).map(([name, gb]) => [canonicalModel(name), gb]));
}
