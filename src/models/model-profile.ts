import { arch } from "node:os";
import type { ChosenProfile } from "../../config/profiles.ts";
import type { Settings } from "../../config/schema.ts";

/** The body of `/api/v1/system/model-profile` (contract §3.15): the profile and the live limits. */
export function modelProfileBody(
  chosen: ChosenProfile,
  settings: Settings,
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
    required_models: profile.required_models,
    warmup_models: profile.warmup_models,
    allowed_models: settings.allowedModels.toSorted(),
    memory_hints: profile.memory_hints,
    largest_model_gb: profile.largest_model_gb,
    inference_buffer_gb: chosen.inferenceBufferGb,
    service_overhead_gb: chosen.serviceOverheadGb,
    limits: limitsOf(settings, chosen),
  };
}

function limitsOf(settings: Settings, chosen: ChosenProfile): Record<string, unknown> {
  return {
    max_body_bytes: settings.maxBodyBytes,
    vlm_max_body_bytes: settings.visionMaxBodyBytes,
    proxy_max_body_bytes: settings.proxyMaxBodyBytes,
    max_prompt_tokens: settings.maxPromptTokens,
    prompt_tokens_by_model: chosen.promptLimits,
    tenant_max_text: settings.tenantMaxText,
    tenant_max_vlm: settings.tenantMaxVision,
    text: {
      max_concurrent: settings.queueTextMaxRunning,
      max_queue_size: settings.queueTextMaxWaiting,
      hard_stop_sec: settings.queueTextTimeoutMs / 1000,
    },
    vlm: {
      max_concurrent: settings.queueVisionMaxRunning,
      max_queue_size: settings.queueVisionMaxWaiting,
      hard_stop_sec: settings.queueVisionTimeoutMs / 1000,
    },
    batch: {
      chat: { max_requests: settings.batchTextMaxItems, at_once: settings.batchTextAtOnce },
      vlm: { max_requests: settings.batchVisionMaxItems, at_once: settings.batchVisionAtOnce },
    },
    image: {
      max_dimension: settings.imageMaxDimension,
      max_bytes: settings.imageMaxBytes,
      max_pixels: settings.imageMaxPixels,
    },
    rate_limit_enabled: settings.rateLimitEnabled,
    queue_model_patience_sec: settings.modelPatienceMs / 1000,
  };
}
