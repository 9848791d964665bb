import {
  counts,
  oneOfWords,
  positives,
  spans,
  switches,
  wholes,
  type Values,
} from "./go-values.ts";

/**
 * A variable that is no setting of the service. A server that the service starts inherits and reads
 * it.
 */
export interface HandedOn extends Values {
  env: string;
  about: string;
}

/**
 * Inherited variables whose values can be checked: Ollama silently takes its default, or true, for
 * a value that it cannot read. Variables that take any text are not here, nor those of later
 * versions of Ollama whose values are not known yet.
 */
export const HANDED_ON: HandedOn[] = [
  { env: "OLLAMA_CONTEXT_LENGTH", ...counts, about: "`num_ctx` of a request that has none." },
  { env: "OLLAMA_MAX_QUEUE", ...counts, about: "Requests that may wait for a load." },
  { env: "OLLAMA_NOPRUNE", ...switches, about: "Keep files that no model uses." },
  {
    env: "OLLAMA_LOAD_TIMEOUT",
    ...spans,
    about: "How long a load may make no progress; 0 or less: for ever.",
  },
  { env: "OLLAMA_FLASH_ATTENTION", ...switches, about: "Flash attention." },
  {
    env: "OLLAMA_KV_CACHE_TYPE",
    ...oneOfWords("f16", "q8_0", "q4_0", "f32", "bf16", "q4_1", "q5_0", "q5_1", "iq4_nl"),
    about: "Numbers that a context is kept in; 0.13.5 knows the first three.",
  },
  { env: "OLLAMA_GPU_OVERHEAD", ...counts, about: "Bytes of each GPU's memory that stay free." },
  { env: "OLLAMA_SCHED_SPREAD", ...switches, about: "Spread each model over all GPUs." },
  { env: "OLLAMA_VULKAN", ...switches, about: "Use GPUs through Vulkan." },
  { env: "OLLAMA_MULTIUSER_CACHE", ...switches, about: "Prompt cache for several users." },
  { env: "OLLAMA_NEW_ENGINE", ...switches, about: "Ollama's own runner for models." },
  { env: "OLLAMA_NO_CLOUD", ...switches, about: "No models on other people's machines." },
  {
    env: "OLLAMA_DEBUG_LOG_REQUESTS",
    ...switches,
    about: "Write every request, with its texts, to a temporary folder.",
  },
  { env: "OLLAMA_IGPU_ENABLE", ...switches, about: "Use GPUs that share the main memory." },
  {
    env: "OLLAMA_MAX_TRANSFER_STREAMS",
    ...counts,
    about: "Parts of a model in safetensors that are fetched at once.",
  },
  {
    env: "LLAMA_ARG_CACHE_RAM",
    ...wholes,
    about:
      "MiB of prompts that each model keeps in main memory, from Ollama 0.30 on; -1: no limit. Default: the profile's.",
  },
  {
    env: "OLLAMA_DEBUG",
    ...oneOfWords("true", "false", "0", "1", "2"),
    about: "Debug log, trace.",
  },
  {
    env: "ENGINE_STUCK_AFTER_MS",
    ...positives,
    about: "How long the embedded engine may compute nothing while requests wait for a lost place.",
  },
  {
    env: "ENGINE_CLIENT_STALL_MS",
    ...positives,
    about: "How long a client may leave the embedded engine's answer unread, or its body unsent.",
  },
];
