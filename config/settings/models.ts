import { spans } from "../go-values.ts";
import { modelGbs, optionalModel, optionalModels } from "../name-types.ts";
import { type SettingGroup, optionalInt, optionalText } from "../setting-types.ts";

/** Models and the hardware profile that are used unless a request names one. */
export const MODEL_SETTINGS = {
  defaultTextModel: optionalModel({
    env: "OLLAMA_DEFAULT_TEXT_MODEL",
    about: "Model for requests that name none (default: the profile's).",
  }),
  defaultVisionModel: optionalModel({
    env: "OLLAMA_DEFAULT_VLM_MODEL",
    about: "Model for requests with images that name none (default: the profile's).",
  }),
  forceProfile: optionalText({
    env: "SHARED_OLLAMA_FORCE_PROFILE",
    range: "profile of config/models.yaml",
    about: "Hardware profile to use whatever the machine has.",
  }),
  forceRamGb: optionalInt({
    env: "SHARED_OLLAMA_FORCE_RAM_GB",
    min: 1,
    max: 65_536,
    about: "Memory (GiB) to choose the hardware profile by, instead of what was found.",
  }),
  requiredModels: optionalModels({
    env: "OLLAMA_REQUIRED_MODELS",
    about: "Models that are to be installed (default: the profile's). AUTO_PULL fetches them.",
  }),
  warmupModels: optionalModels({
    env: "OLLAMA_WARMUP_MODELS",
    about: "Models that are loaded as soon as they are installed and fit (default: the profile's).",
  }),
  warmupKeepAlive: {
    env: "WARMUP_KEEP_ALIVE",
    fallback: "30m",
    ...spans,
    about: "How long a warm-up model stays in memory when it is idle; -1: for ever.",
  },
  modelMemoryHints: modelGbs({
    env: "OLLAMA_MODEL_MEMORY_HINTS",
    about: "Memory (GB) that models take, beside and before the profile's figures.",
  }),
  largestModelGb: optionalInt({
    env: "OLLAMA_LARGEST_MODEL_GB",
    min: 0,
    max: 65_536,
    about: "Memory (GB) of the largest model, for the memory of models (default: the profile's).",
  }),
  inferenceBufferGb: optionalInt({
    env: "OLLAMA_INFERENCE_BUFFER_GB",
    min: 0,
    max: 65_536,
    about: "Memory (GB) for contexts, for the memory of models (default: the profile's, 4).",
  }),
  serviceOverheadGb: optionalInt({
    env: "OLLAMA_SERVICE_OVERHEAD_GB",
    min: 0,
    max: 65_536,
    about: "Memory (GB) for the service, for the memory of models (default: the profile's, 2).",
  }),
} satisfies SettingGroup;
