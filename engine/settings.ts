import { keepAliveSetting } from "./values/keep-alive.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** The engine's settings. The names in the environment are Ollama's where Ollama has one. */
export type EngineSettings = {
  readonly host: string;
  /** 0: the operating system chooses a port. */
  readonly port: number;
  readonly modelsDir: string;
  /** Whether blobs that no model uses are removed at the start and when a model is replaced. */
  readonly prune: boolean;
  readonly keepAliveMs: number;
  /** Sequences that a text model decodes side by side. */
  readonly parallel: number;
  readonly maxLoaded: number;
  /** Requests that may wait for a load behind the one that is being loaded for. */
  readonly maxQueue: number;
  readonly contextLength: number;
  readonly embeddingModelFile: string | undefined;
  /** Open llama.cpp soon after the start, not with the first load. */
  readonly warm: boolean;
  /**
   * How long a client may stall its request: by not sending the body, or by not reading the answer.
   */
  readonly clientStallMs: number;
  /**
   * How long nothing may be computed while requests wait for a place that no living request holds.
   */
  readonly stuckAfterMs: number;
  /** End when stdin does: then the parent has ended. */
  readonly exitOnStdinEnd: boolean;
};

const DEFAULT_PORT = 11_434;

/**
 * Reads the settings. As in Ollama spaces and quotes are trimmed, and a number that does not parse
 * falls back to the default.
 */
export function readSettings(env: Environment): EngineSettings {
  const text = (name: string) => (env[name] ?? "").trim().replace(/^["']|["']$/g, "");
  const figure = (name: string, fallback: number) => {
    const value = text(name);
    return /^\d+$/.test(value) && Number(value) > 0 ? Number(value) : fallback;
  };
  return {
    ...readHost(text("OLLAMA_HOST")),
    modelsDir: text("OLLAMA_MODELS") || `${text("HOME") || "."}/.ollama/models`,
    prune: !isOn(text("OLLAMA_NOPRUNE")),
    keepAliveMs: keepAliveSetting(text("OLLAMA_KEEP_ALIVE")),
    parallel: figure("OLLAMA_NUM_PARALLEL", 4),
    maxLoaded: figure("OLLAMA_MAX_LOADED_MODELS", 3),
    maxQueue: text("OLLAMA_MAX_QUEUE") === "0" ? 0 : figure("OLLAMA_MAX_QUEUE", 512),
    contextLength: figure("OLLAMA_CONTEXT_LENGTH", 4_096),
    embeddingModelFile: text("ENGINE_EMBEDDING_MODEL_FILE") || undefined,
    warm: text("ENGINE_WARM") === "1",
    clientStallMs: figure("ENGINE_CLIENT_STALL_MS", 120_000),
    stuckAfterMs: figure("ENGINE_STUCK_AFTER_MS", 30_000),
    exitOnStdinEnd: text("ENGINE_EXIT_ON_STDIN_END") === "1",
  };
}

/** Ollama's rule for switches: a value that is no boolean counts as on. */
function isOn(text: string): boolean {
  return text !== "" && !["0", "f", "false"].includes(text.toLowerCase());
}

function readHost(text: string): { host: string; port: number } {
  const bare = text.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
  const parts = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(bare);
  const host = parts?.[1]?.replace(/^\[|\]$/g, "") ?? "";
  const port = parts?.[2] === undefined ? DEFAULT_PORT : Number(parts[2]);
  return { host: host || "127.0.0.1", port };
}
