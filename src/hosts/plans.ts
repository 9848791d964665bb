import { join } from "node:path";
import { ENGINE_PARALLEL } from "../../config/engine-parallel.ts";
import { isAtLeast } from "./ollama-version.ts";
import type { ChildPlan } from "./server.ts";

/** What the plans need from the configuration. */
export interface PlanSettings {
  /** The service's whole environment, which a started server inherits. */
  env: Record<string, string | undefined>;
  keepAlive: string;
  /** What the user has set; else the profile's figures hold. */
  numParallel: number | undefined;
  maxLoadedModels: number | undefined;
  profile: {
    numParallel: number;
    maxLoadedModels: number;
    promptCacheMib: number;
    flashAttention: boolean;
  };
  /** Whether requests may have Ollama call other machines. */
  cloud: boolean;
  /** Folder that OLLAMA_MODELS names, if any. */
  modelsFolder: string | undefined;
}

/** How much a server does at once. */
export interface ServerFigures {
  /** Requests it decodes side by side for one model. */
  parallel: number;
  /** Models it holds at once, where that is known. */
  capacity: number | undefined;
}

/** Models that it holds where the number is left to it. */
const ENGINE_CAPACITY = 3;

/** The figures of an `ollama serve`. */
export function ollamaFigures({ numParallel, maxLoadedModels, profile }: PlanSettings) {
  return {
    parallel: numParallel ?? profile.numParallel,
    // 0 leaves the number to Ollama.
    capacity: (maxLoadedModels ?? profile.maxLoadedModels) || undefined,
  } satisfies ServerFigures;
}

/** From here on models run in llama.cpp's own server, with its variables. */
export const LLAMA_SERVER = [0, 30] as const;

interface OllamaPlanOptions {
  program: string;
  port: number;
  /** The program's, where it is known. */
  version: string | undefined;
}

/** How to start `ollama serve`. */
export function ollamaPlan(
  { program, port, version }: OllamaPlanOptions,
  settings: PlanSettings,
): ChildPlan {
  const figures = ollamaFigures(settings);
  const unlessSet = (name: string, value: string): Record<string, string> =>
    settings.env[name] ? {} : { [name]: value };
  return {
    kind: "ollama",
    command: program,
    args: ["serve"],
    origin: `http://127.0.0.1:${port}`,
    env: {
      ...settings.env,
      ...(settings.cloud ? {} : unlessSet("OLLAMA_NO_CLOUD", "1")),
      ...runnerVariables(version, settings.profile, unlessSet),
      ...common(port, settings, figures),
    },
    ...figures,
  };
}

/** What suits the machine of how models are run; nothing where the version is not known. */
function runnerVariables(
  version: string | undefined,
  { promptCacheMib, flashAttention }: PlanSettings["profile"],
  unlessSet: (name: string, value: string) => Record<string, string>,
): Record<string, string> {
  if (version === undefined) return {};
  // Prompts that each model keeps in main memory: 8 GiB if nothing is said, and no list shows them.
  if (isAtLeast(version, LLAMA_SERVER)) {
    return unlessSet("LLAMA_ARG_CACHE_RAM", String(promptCacheMib));
  }
  // Where card and model can; these versions take it by themselves for a few families only.
  return flashAttention ? unlessSet("OLLAMA_FLASH_ATTENTION", "1") : {};
}

interface EnginePlanOptions {
  /** The program that runs JavaScript, and the engine's entry file. */
  runtime: string;
  entry: string;
  port: number;
  /** Folder of the model store unless OLLAMA_MODELS names one. */
  defaultModelsFolder: string;
  /** Folder with the embedding model that comes with the project. */
  shippedModelsFolder: string;
  /** Let it open llama.cpp before it is asked for a model. */
  warm?: boolean;
}

/** How to start the embedded engine. */
export function enginePlan(options: EnginePlanOptions, settings: PlanSettings): ChildPlan {
  const figures = {
    parallel: settings.numParallel ?? ENGINE_PARALLEL,
    capacity: (settings.maxLoadedModels ?? settings.profile.maxLoadedModels) || ENGINE_CAPACITY,
  };
  return {
    kind: "engine",
    command: options.runtime,
    args: [options.entry],
    origin: `http://127.0.0.1:${options.port}`,
    env: {
      // glibc keeps an arena for each of many threads, and what a model leaves in them. With one a
      // load finds the place of the one before: in two it takes tens of loads until both are full.
      MALLOC_ARENA_MAX: "1",
      // Where llama.cpp gives up, it would start a debugger on itself first, which takes seconds.
      GGML_NO_BACKTRACE: "1",
      ...settings.env,
      ...common(options.port, settings, figures),
      OLLAMA_MODELS: settings.modelsFolder ?? options.defaultModelsFolder,
      ENGINE_EMBEDDING_MODEL_FILE: join(options.shippedModelsFolder, "all-minilm-l6-v2-q8_0.gguf"),
      ENGINE_EXIT_ON_STDIN_END: "1",
      ...(options.warm ? { ENGINE_WARM: "1" } : {}),
    },
    ...figures,
  };
}

function common(
  port: number,
  { keepAlive, modelsFolder }: PlanSettings,
  { parallel, capacity }: ServerFigures,
): Record<string, string> {
  return {
    // Its own address, never the service's: what it asks itself while it answers, such as the next
    // step of a web search, would wait in the queue behind the request that it belongs to.
    OLLAMA_HOST: `127.0.0.1:${port}`,
    OLLAMA_KEEP_ALIVE: keepAlive,
    OLLAMA_NUM_PARALLEL: String(parallel),
    OLLAMA_MAX_LOADED_MODELS: String(capacity ?? 0),
    ...(modelsFolder ? { OLLAMA_MODELS: modelsFolder } : {}),
  };
}
