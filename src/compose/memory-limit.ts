import { memoryLimitGb, type LimitFacts } from "../models/memory/memory-limit.ts";
import type { Base } from "./base.ts";

const GB = 2 ** 30;

/** Models of the profile's largest size that are to fit at once, where nothing else is said. */
const USUAL_MODELS = 2;

type LimitBase = Pick<Base, "settings" | "profile">;

/** What the memory for models is worked out from, on a machine with so much of it. */
export function limitFacts({ settings, profile }: LimitBase, totalBytes: number): LimitFacts {
  return {
    totalGb: totalBytes / GB,
    largestModelGb: profile.profile.largest_model_gb,
    models: settings.ollamaMaxLoadedModels || USUAL_MODELS,
    inferenceBufferGb: profile.inferenceBufferGb,
    serviceOverheadGb: profile.serviceOverheadGb,
    ragReserveGb: settings.ragReserveGb,
    maxGb: settings.maxRamGb,
  };
}

/** Memory that models may take together, in bytes, on a machine with so much of it. */
export function memoryLimitBytes(base: LimitBase, totalBytes: number): number {
  return GB * memoryLimitGb(limitFacts(base, totalBytes));
}
