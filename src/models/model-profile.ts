import { arch } from "node:os";
import type { ChosenProfile } from "../../config/profiles.ts";
import type { Settings } from "../../config/schema.ts";
import { limitsInForce, type LimitFacts } from "./limits.ts";

/**
 * The body of `/api/v1/system/model-profile` (contract §3.15): the profile and the live limits.
 * @param requiredModels what the server in use is to have: not every server has the profile's models.
 */
export function modelProfileBody(
  chosen: ChosenProfile,
  settings: Settings,
  facts: LimitFacts,
  requiredModels: string[],
): Record<string, unknown> {
  const { profile } = chosen;
  return {
    profile: profile.name,
    selection_method: chosen.selectionMethod,
    architecture: arch(),
    detected_ram_gb: chosen.detectedRamGb,
    effective_ram_gb: chosen.effectiveRamGb,
    forced_profile: settings.forceProfile ?? null,
    forced_ram_gb: settings.forceRamGb ?? null,
    min_ram_gb: profile.min_ram_gb ?? null,
    max_ram_gb: profile.max_ram_gb ?? null,
    default_vlm_model: settings.defaultVisionModel ?? profile.vlm_model,
    default_text_model: settings.defaultTextModel ?? profile.text_model,
    embedding_model: profile.embedding_model,
    required_models: requiredModels,
    warmup_models: profile.warmup_models,
    allowed_models: settings.allowedModels.toSorted(),
    memory_hints: profile.memory_hints,
    largest_model_gb: profile.largest_model_gb,
    inference_buffer_gb: chosen.inferenceBufferGb,
    service_overhead_gb: chosen.serviceOverheadGb,
    prompt_cache_mib: chosen.promptCacheMib,
    limits: limitsInForce(settings, facts),
  };
}
