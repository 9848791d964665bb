import { memoryLimitGb } from "../models/memory/memory-limit.ts";
import type { Base } from "./base.ts";

const GB = 2 ** 30;

/** Models of the profile's largest size that are to fit at once, where nothing else is said. */
const USUAL_MODELS = 2;

/** Memory that models may take together, in bytes, on a machine with so much of it. */
export function memoryLimitBytes(
  { settings, profile }: Pick<Base, "settings" | "profile">,
  totalBytes: number,
): number {
  const limitGb = memoryLimitGb({
    totalGb: totalBytes / GB,
    largestModelGb: profile.profile.largest_model_gb,
    models: settings.ollamaMaxLoadedModels || USUAL_MODELS,
    inferenceBufferGb: profile.inferenceBufferGb,
    serviceOverheadGb: profile.serviceOverheadGb,
    ragReserveGb: settings.ragReserveGb,
    maxGb: settings.maxRamGb,
  });
  return GB * limitGb;
}
