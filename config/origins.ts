import { ENGINE_PARALLEL } from "./engine-parallel.ts";
import { HANDED_ON } from "./handed-on.ts";
import { settingsGiven, unquoted } from "./load.ts";
import type { ChosenProfile } from "./profiles.ts";
import { SETTINGS } from "./schema.ts";
import type { Setting } from "./setting-types.ts";
import { maskedValue } from "./secrets.ts";
import { TRACES } from "./traces.ts";

/** Who has said a setting's value. */
export type Origin = "default" | "profile" | "environment";

/** A setting with the value in force and where that comes from. */
export interface SettingOrigin {
  name: string;
  /** As it is or would be written; secrets are masked. Null: not set. */
  value: string | null;
  origin: Origin;
  range: string;
  about: string;
  /** Where another value is in force. */
  note?: string;
}

/** What the hardware profile says where the setting does not. */
const FROM_PROFILE: Record<string, (chosen: ChosenProfile) => string> = {
  OLLAMA_DEFAULT_TEXT_MODEL: ({ profile }) => profile.text_model,
  OLLAMA_DEFAULT_VLM_MODEL: ({ profile }) => profile.vlm_model,
  OLLAMA_REQUIRED_MODELS: ({ profile }) => profile.required_models.join(","),
  OLLAMA_WARMUP_MODELS: ({ profile }) => profile.warmup_models.join(","),
  OLLAMA_MODEL_MEMORY_HINTS: ({ profile }) =>
    Object.entries(profile.memory_hints)
      .map(([model, gb]) => `${model}:${gb}`)
      .join(","),
  OLLAMA_LARGEST_MODEL_GB: ({ profile }) => String(profile.largest_model_gb),
  OLLAMA_INFERENCE_BUFFER_GB: ({ inferenceBufferGb }) => String(inferenceBufferGb),
  OLLAMA_SERVICE_OVERHEAD_GB: ({ serviceOverheadGb }) => String(serviceOverheadGb),
  OLLAMA_NUM_PARALLEL: ({ numParallel }) => String(numParallel),
  OLLAMA_MAX_LOADED_MODELS: ({ maxLoadedModels }) => String(maxLoadedModels),
};

/** What the embedded engine has by itself, whatever the profile says. */
const FROM_ENGINE: Record<string, string> = { OLLAMA_NUM_PARALLEL: String(ENGINE_PARALLEL) };

const ALL: Setting<unknown>[] = Object.values(SETTINGS);

/**
 * Every setting with its origin, in the order of the documentation; behind them the variables of
 * others that count and are set.
 * @param profile undefined where none can be chosen: then it says nothing.
 */
export function settingOrigins(
  env: Record<string, string | undefined>,
  profile: ChosenProfile | undefined,
): SettingOrigin[] {
  const given = settingsGiven(env, []);
  const server = unquoted(given["INFERENCE_SERVER"] ?? "auto");
  const settings = ALL.map(({ env: name, fallback, range, about }): SettingOrigin => {
    const text = given[name];
    const facts = { name, range, about };
    if (text !== undefined) {
      return { ...facts, value: maskedValue(name, unquoted(text)), origin: "environment" };
    }
    const said = profile && FROM_PROFILE[name]?.(profile);
    const ofEngine = FROM_ENGINE[name];
    if (ofEngine !== undefined && server === "engine") {
      return { ...facts, value: ofEngine, origin: "default" };
    }
    const note =
      ofEngine !== undefined && server === "auto" ? `${ofEngine} with the embedded engine` : "";
    if (said !== undefined) {
      return { ...facts, value: said, origin: "profile", ...(note ? { note } : {}) };
    }
    return { ...facts, value: fallback || null, origin: "default" };
  });
  const others = [...HANDED_ON, ...TRACES].flatMap(({ env: name, range, about }) => {
    const text = unquoted(env[name] ?? "");
    if (text === "") return [];
    const origin = "environment" as const;
    return [{ name, range, about, value: maskedValue(name, text), origin }];
  });
  return [...settings, ...others];
}
