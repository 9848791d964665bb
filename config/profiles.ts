import { parse } from "yaml";
import { z } from "zod";
import { ConfigError } from "./load.ts";

const Profile = z.strictObject({
  name: z.string().min(1),
  description: z.string(),
  min_ram_gb: z.int().min(1).optional(),
  max_ram_gb: z.int().min(1).optional(),
  text_model: z.string().min(1),
  vlm_model: z.string().min(1),
  embedding_model: z.string().min(1),
  required_models: z.array(z.string()),
  warmup_models: z.array(z.string()),
  memory_hints: z.record(z.string(), z.int()),
  largest_model_gb: z.int(),
  inference_buffer_gb: z.int().optional(),
  service_overhead_gb: z.int().optional(),
});

const ProfileFile = z.strictObject({
  profiles: z.array(Profile).min(1),
  defaults: z.strictObject({ inference_buffer_gb: z.int(), service_overhead_gb: z.int() }),
  prompt_limits: z.record(z.string(), z.int().min(1)),
});

/** The hardware profile in force, and how it was chosen. */
export interface ChosenProfile {
  profile: z.infer<typeof Profile>;
  selectionMethod: "auto" | "forced_profile" | "forced_ram";
  detectedRamGb: number | null;
  effectiveRamGb: number;
  inferenceBufferGb: number;
  serviceOverheadGb: number;
  /** Model name → prompt limit in tokens, where it differs from MAX_PROMPT_TOKENS. */
  promptLimits: Readonly<Record<string, number>>;
}

interface Choice {
  /** The text of config/models.yaml. */
  yaml: string;
  /** Memory of the machine in bytes; undefined when unknown (32 GiB are assumed). */
  ramBytes: number | undefined;
  forceProfile?: string | undefined;
  forceRamGb?: number | undefined;
}

/**
 * Chooses the hardware profile from the machine's memory.
 * @throws ConfigError when the file is wrong or a forced profile is not in it.
 */
export function chooseProfile({ yaml, ramBytes, forceProfile, forceRamGb }: Choice): ChosenProfile {
  const parsed = ProfileFile.safeParse(parse(yaml));
  if (!parsed.success) {
    throw new ConfigError([`config/models.yaml: ${z.prettifyError(parsed.error)}`]);
  }
  const { profiles, defaults, prompt_limits: promptLimits } = parsed.data;
  const detectedRamGb = ramBytes === undefined ? null : Math.round(ramBytes / 2 ** 30);
  const effectiveRamGb = forceRamGb ?? detectedRamGb ?? 32;
  const profile = forceProfile
    ? profiles.find((p) => p.name.toLowerCase() === forceProfile.toLowerCase())
    : (profiles.find((p) => holds(p, effectiveRamGb)) ?? profiles.at(-1));
  if (!profile) {
    const known = profiles.map((p) => p.name).join(", ");
    throw new ConfigError([`SHARED_OLLAMA_FORCE_PROFILE=${forceProfile}: known are ${known}`]);
  }
  return {
    profile,
    selectionMethod: forceProfile ? "forced_profile" : forceRamGb ? "forced_ram" : "auto",
    detectedRamGb,
    effectiveRamGb,
    inferenceBufferGb: profile.inference_buffer_gb ?? defaults.inference_buffer_gb,
    serviceOverheadGb: profile.service_overhead_gb ?? defaults.service_overhead_gb,
    promptLimits,
  };
}

function holds(p: z.infer<typeof Profile>, ramGb: number): boolean {
  return (p.min_ram_gb ?? 0) <= ramGb && ramGb <= (p.max_ram_gb ?? Number.POSITIVE_INFINITY);
}
