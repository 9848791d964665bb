import { figureOf, tokenBytes, type ModelFigures } from "../model-figures.ts";

/** What is known of a model that has never been loaded. */
export interface UnloadedModel {
  /** Its files, as `/api/tags` has them: weights, and what sees for it. */
  fileBytes: number;
  figures: ModelFigures;
}

/** How a server keeps contexts. */
export interface CacheFacts {
  /** Requests that it decodes side by side for one model, each with a context of its own. */
  parallel: number;
  /** OLLAMA_KV_CACHE_TYPE; undefined: f16. */
  cacheType: string | undefined;
}

/** Architectures whose layers all keep the whole context. */
const PLAIN = new Set(
  (
    "llama mistral3 qwen2 qwen2moe qwen2vl qwen25vl qwen3 qwen3moe qwen3vl qwen3vlmoe gemma phi2 " +
    "starcoder2 stablelm command-r olmo2 granite granitemoe falcon internlm2 exaone glm4"
  ).split(" "),
);

/** Architectures that read a text at once, and keep nothing of it. */
const WITHOUT_CACHE = new Set(["bert", "nomic-bert", "nomic-bert-moe"]);

/** What shows that some layers keep less than the formula says. */
const SMALLER_CACHES = ["attention.sliding_window", "attention.kv_lora_rank", "ssm.state_size"];

/** The smallest context that a server takes where nothing is said: 0.13.5's, and later ones' least. */
const USUAL_CONTEXT = 4096;

/**
 * What a model and its context will take, in bytes, before it was ever loaded; undefined for an
 * architecture of which that is not known. It is an upper bound of weights and cache: context ×
 * parallel × what a token takes in the cache. What a server needs beside them to compute depends on
 * how it does that, and is left out: what would fit must not be refused.
 * @param context in tokens; more than the model was made for counts as that.
 */
export function estimatedBytes(
  { fileBytes, figures }: UnloadedModel,
  context: number,
  { parallel, cacheType }: CacheFacts,
): number | undefined {
  if (WITHOUT_CACHE.has(figures.architecture)) return fileBytes;
  const hasSmaller = SMALLER_CACHES.some((key) => figureOf(figures, key) !== undefined);
  if (!PLAIN.has(figures.architecture) || hasSmaller) return undefined;
  const bytes = tokenBytes(figures, cacheType);
  if (bytes === undefined) return undefined;
  const tokens = Math.min(context, figureOf(figures, "context_length") ?? context) * parallel;
  return fileBytes + Math.ceil(tokens * bytes);
}

/**
 * The context, in tokens, that a model is loaded with for a request.
 * @param asked the request's `num_ctx`.
 * @param usual OLLAMA_CONTEXT_LENGTH, where it is known.
 */
export function contextOf(
  figures: ModelFigures,
  asked: number | undefined,
  usual: number | undefined,
): number {
  const wanted = asked ?? figures.numCtx ?? usual ?? USUAL_CONTEXT;
  return Math.min(wanted, figureOf(figures, "context_length") ?? wanted);
}
