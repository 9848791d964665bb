import { ENGINE_PARALLEL } from "../engine-parallel.ts";
import { spans } from "../go-values.ts";
import {
  type SettingGroup,
  bool,
  int,
  ollamaAddress,
  oneOf,
  optionalInt,
  optionalText,
  optionalUrl,
  seconds,
} from "../setting-types.ts";

/** Which inference server stands behind, and how it is started, probed and stopped. */
export const INFERENCE_SERVER_SETTINGS = {
  inferenceServer: oneOf({
    env: "INFERENCE_SERVER",
    fallback: "auto",
    values: ["auto", "external", "ollama", "engine"],
    about:
      "Which inference server stands behind: auto adopts a running one, else starts `ollama serve`, else the embedded engine; the others name one of the three.",
  }),
  ollamaBaseUrl: optionalUrl({
    env: "OLLAMA_BASE_URL",
    about: "Address of an Ollama to use; it is never started or stopped by the service.",
  }),
  ollamaHost: ollamaAddress({
    env: "OLLAMA_HOST",
    fallback: "127.0.0.1",
    about: "Where a running Ollama is looked for.",
  }),
  ollamaPort: int({
    env: "OLLAMA_PORT",
    fallback: 11_434,
    min: 1,
    max: 65_535,
    about: "Port that a running Ollama is looked for on, unless OLLAMA_HOST has one.",
  }),
  ollamaModels: optionalText({
    env: "OLLAMA_MODELS",
    range: "folder",
    about:
      "Model store of the server that the service starts. The embedded engine's default is models/ under SHARED_OLLAMA_HOME.",
  }),
  ollamaKeepAlive: {
    env: "OLLAMA_KEEP_ALIVE",
    fallback: "5m",
    ...spans,
    about: "How long a started server keeps an idle model in memory; -1: for ever.",
  },
  ollamaNumParallel: optionalInt({
    env: "OLLAMA_NUM_PARALLEL",
    min: 1,
    max: 64,
    about: `Requests that a started server decodes side by side for one model (default: the profile's for Ollama, which is 1; ${ENGINE_PARALLEL} for the embedded engine).`,
  }),
  ollamaMaxLoadedModels: optionalInt({
    env: "OLLAMA_MAX_LOADED_MODELS",
    min: 0,
    max: 64,
    about:
      "Models that a started server holds in memory at once (default: the profile's, which is 3). 0: as many as Ollama thinks right, three for each GPU.",
  }),
  startTimeoutMs: seconds({
    env: "OLLAMA_MANAGER_MAX_WAIT_TIME",
    fallback: 30,
    min: 1,
    max: 300,
    about: "How long a started server may take until it answers.",
  }),
  childStopTimeoutMs: seconds({
    env: "OLLAMA_MANAGER_SHUTDOWN_TIMEOUT",
    fallback: 10,
    min: 1,
    max: 60,
    about: "How long a started server may take to end before it is killed.",
  }),
  probeTimeoutMs: seconds({
    env: "CLIENT_HEALTH_CHECK_TIMEOUT",
    fallback: 5,
    min: 1,
    max: 60,
    about: "Limit for a health probe of the inference server.",
  }),
  autoPull: bool({
    env: "AUTO_PULL",
    fallback: false,
    about: "Fetch the profile's required models (14 GB and more) at start without asking.",
  }),
} satisfies SettingGroup;
