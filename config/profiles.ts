import { parseDocument } from "yaml";
import { z } from "zod";
import { aliasesSchema } from "./aliases.ts";
import { isModelPattern, modelNameSchema } from "./name-types.ts";

const models = z.array(modelNameSchema);
const gb = z.int().min(0);
const mib = z.int().min(0).max(1_048_576);

const Profile = z
  .strictObject({
    name: z.string().min(1),
    description: z.string(),
    min_ram_gb: z.int().min(1).optional(),
    max_ram_gb: z.int().min(1).optional(),
    text_model: modelNameSchema,
    vlm_model: modelNameSchema,
    embedding_model: modelNameSchema,
    required_models: models,
    warmup_models: models,
    memory_hints: z.record(modelNameSchema, gb),
    largest_model_gb: gb,
    inference_buffer_gb: gb.optional(),
    service_overhead_gb: gb.optional(),
    num_parallel: z.int().min(1).max(64).optional(),
    max_loaded_models: z.int().min(0).max(64).optional(),
    prompt_cache_mib: mib.optional(),
    flash_attention: z.boolean().optional(),
  })
  .refine((p) => (p.min_ram_gb ?? 0) <= (p.max_ram_gb ?? Infinity), {
    path: ["max_ram_gb"],
    message: "expected no less than min_ram_gb",
  });

const modelPattern = z.string().refine(isModelPattern, "expected a model's name, * as wildcard");

/** Sizes of a context in tokens: Ollama takes none below 4, and no model has more than these. */
const contextSizes = z.array(z.int().min(4).max(16_777_216)).min(1).max(16);

const ModelsFile = z.strictObject({
  profiles: z
    .array(Profile)
    .min(1)
    .refine((all) => new Set(all.map((p) => p.name.toLowerCase())).size === all.length, {
      message: "expected profiles of different names",
    }),
  defaults: z.strictObject({
    inference_buffer_gb: gb,
    service_overhead_gb: gb,
    num_parallel: z.int().min(1).max(64),
    max_loaded_models: z.int().min(0).max(64),
    prompt_cache_mib: mib,
    flash_attention: z.boolean(),
  }),
  prompt_limits: z.record(modelNameSchema, z.int().min(1)),
  context_lanes: z.record(modelPattern, contextSizes).default({}),
  aliases: aliasesSchema,
});

/** What config/models.yaml says. */
export type ModelsFile = z.infer<typeof ModelsFile>;

/** The hardware profile in force, and how it was chosen. */
export interface ChosenProfile {
  profile: z.infer<typeof Profile>;
  selectionMethod: "auto" | "forced_profile" | "forced_ram";
  detectedRamGb: number | null;
  effectiveRamGb: number;
  inferenceBufferGb: number;
  serviceOverheadGb: number;
  /** The value that `ollama serve` is started with unless a setting says otherwise. */
  numParallel: number;
  maxLoadedModels: number;
  /** Prompts that each model of a started Ollama keeps in main memory, from 0.30 on. */
  promptCacheMib: number;
  /** Whether a started Ollama that does not decide by itself computes with flash attention. */
  flashAttention: boolean;
  /** Model name → prompt limit in tokens, where it differs from MAX_PROMPT_TOKENS. */
  promptLimits: Readonly<Record<string, number>>;
  /** Model name or pattern → the sizes of context, in tokens, that it is loaded with. */
  contextLanes: Readonly<Record<string, readonly number[]>>;
}

interface Choice {
  models: ModelsFile;
  /** Memory of the machine in bytes; undefined when unknown (32 GiB are assumed). */
  ramBytes: number | undefined;
  /** The name of a profile in the file. */
  forceProfile?: string | undefined;
  forceRamGb?: number | undefined;
  /** What the settings say in place of the profile. */
  instead?: ProfileSettings | undefined;
}

/** What settings may say in place of a profile. */
export interface ProfileSettings {
  requiredModels?: string[] | undefined;
  warmupModels?: string[] | undefined;
  modelMemoryHints?: Readonly<Record<string, number>> | undefined;
  largestModelGb?: number | undefined;
  inferenceBufferGb?: number | undefined;
  serviceOverheadGb?: number | undefined;
}

/** Reads config/models.yaml; every mistake in it is added to `problems`. */
export function readModelsFile(yaml: string, problems: string[]): ModelsFile | undefined {
  const refuse = (what: string): void => void problems.push(`config/models.yaml: ${what}`);
  const document = parseDocument(yaml, { prettyErrors: true });
  const [error] = document.errors;
  if (error) {
    // Further errors follow from the first. Its first line says what and where, the others draw it.
    refuse(error.message.split(":\n")[0] ?? error.message);
    return undefined;
  }
  const parsed = ModelsFile.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  for (const { path, message } of parsed.error.issues) {
    refuse(`${path.map(String).join(".") || "the file"}: ${message}`);
  }
  return undefined;
}

/** The profile of this name, whatever its case. */
export function profileNamed({ profiles }: ModelsFile, name: string) {
  return profiles.find((p) => p.name.toLowerCase() === name.toLowerCase());
}

/** Chooses the hardware profile from the machine's memory (contract §13). */
export function chooseProfile(choice: Choice): ChosenProfile {
  const { models, ramBytes, forceProfile, forceRamGb, instead = {} } = choice;
  const { profiles, defaults, prompt_limits: promptLimits, context_lanes: contextLanes } = models;
  const detectedRamGb = ramBytes === undefined ? null : Math.round(ramBytes / 2 ** 30);
  const effectiveRamGb = forceRamGb ?? detectedRamGb ?? 32;
  const profile = forceProfile
    ? profileNamed(models, forceProfile)
    : (profiles.find((p) => holds(p, effectiveRamGb)) ?? profiles.at(-1));
  if (!profile) throw new Error(`config/models.yaml has no profile ${forceProfile}`);
  return {
    profile: {
      ...profile,
      required_models: instead.requiredModels ?? profile.required_models,
      warmup_models: instead.warmupModels ?? profile.warmup_models,
      memory_hints: { ...profile.memory_hints, ...instead.modelMemoryHints },
      largest_model_gb: instead.largestModelGb ?? profile.largest_model_gb,
    },
    selectionMethod: forceProfile ? "forced_profile" : forceRamGb ? "forced_ram" : "auto",
    detectedRamGb,
    effectiveRamGb,
    inferenceBufferGb:
      instead.inferenceBufferGb ?? profile.inference_buffer_gb ?? defaults.inference_buffer_gb,
    serviceOverheadGb:
      instead.serviceOverheadGb ?? profile.service_overhead_gb ?? defaults.service_overhead_gb,
    numParallel: profile.num_parallel ?? defaults.num_parallel,
    maxLoadedModels: profile.max_loaded_models ?? defaults.max_loaded_models,
    promptCacheMib: profile.prompt_cache_mib ?? defaults.prompt_cache_mib,
    flashAttention: profile.flash_attention ?? defaults.flash_attention,
    promptLimits,
    contextLanes,
  };
}

function holds(p: z.infer<typeof Profile>, ramGb: number): boolean {
  return (p.min_ram_gb ?? 0) <= ramGb && ramGb <= (p.max_ram_gb ?? Number.POSITIVE_INFINITY);
}
