/** What is known of a model that has never been loaded. */
export interface UnloadedModel {
  /** Its files, as `/api/tags` has them: weights, and what sees for it. */
  fileBytes: number;
  shown: ShownModel;
}

/** What `/api/show` says of a model, as far as its size depends on that. */
export interface ShownModel {
  /** Empty where it is not told. */
  architecture: string;
  /** The numbers of `model_info`, by the keys of a GGUF header. */
  numbers: ReadonlyMap<string, number>;
  /** The `num_ctx` of its own parameters. */
  numCtx: number | undefined;
}

/** How a server keeps contexts. */
export interface CacheFacts {
  /** Requests that it decodes side by side for one model, each with a context of its own. */
  parallel: number;
  /** OLLAMA_KV_CACHE_TYPE; undefined: f16. */
  cacheType: string | undefined;
}

/** Bytes of a number in the cache: `kvCacheBytesPerElement` in Ollama's fs/ggml/ggml.go. */
const BYTES_OF_TYPE: Readonly<Record<string, number>> = { q8_0: 1, q4_0: 0.5, f32: 4 };
const BYTES_OF_F16 = 2;

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
 * architecture of which that is not known. The cache of keys and values is
 * context × parallel × (key_length + value_length) × head_count_kv × block_count numbers: the
 * default of `GraphSize` in Ollama's fs/ggml/ggml.go. It is an upper bound of weights and cache.
 * What a server needs beside them to compute depends on how it does that, and is left out: what
 * would fit must not be refused.
 * @param context in tokens; more than the model was made for counts as that.
 */
export function estimatedBytes(
  { fileBytes, shown }: UnloadedModel,
  context: number,
  { parallel, cacheType = "f16" }: CacheFacts,
): number | undefined {
  if (WITHOUT_CACHE.has(shown.architecture)) return fileBytes;
  const number = (key: string): number | undefined => numberOf(shown, key);
  const hasSmaller = SMALLER_CACHES.some((key) => number(key) !== undefined);
  if (!PLAIN.has(shown.architecture) || hasSmaller) return undefined;
  const layers = number("block_count");
  const heads = number("attention.head_count");
  const embedding = number("embedding_length");
  const keyValueHeads = number("attention.head_count_kv") ?? heads;
  const headLength = embedding && heads && embedding / heads;
  const keyLength = number("attention.key_length") ?? headLength;
  const valueLength = number("attention.value_length") ?? headLength;
  if (!layers || !keyValueHeads || !keyLength || !valueLength) return undefined;
  const tokens = Math.min(context, number("context_length") ?? context) * parallel;
  const numbers = tokens * (keyLength + valueLength) * keyValueHeads * layers;
  return fileBytes + Math.ceil(numbers * (BYTES_OF_TYPE[cacheType] ?? BYTES_OF_F16));
}

/**
 * The context, in tokens, that a model is loaded with for a request.
 * @param asked the request's `num_ctx`.
 * @param usual OLLAMA_CONTEXT_LENGTH, where it is known.
 */
export function contextOf(
  shown: ShownModel,
  asked: number | undefined,
  usual: number | undefined,
): number {
  const wanted = asked ?? shown.numCtx ?? usual ?? USUAL_CONTEXT;
  return Math.min(wanted, numberOf(shown, "context_length") ?? wanted);
}

/** Reads an answer of `/api/show`, of any shape; what is large in it is left out. */
export function readShown({ model_info: info, parameters }: Record<string, unknown>): ShownModel {
  const entries = new Map<string, unknown>(
    typeof info === "object" && info !== null ? Object.entries(info) : [],
  );
  const numbers = [...entries].filter(
    (entry): entry is [string, number] => typeof entry[1] === "number",
  );
  const name = entries.get("general.architecture");
  const lines = typeof parameters === "string" ? parameters : "";
  const numCtx = /^num_ctx\s+(\d{1,9})\s*$/m.exec(lines)?.[1];
  return {
    architecture: typeof name === "string" && name.length <= MAX_NAME ? name : "",
    numbers: new Map(numbers.slice(0, MAX_NUMBERS)),
    numCtx: numCtx === undefined ? undefined : Number(numCtx),
  };
}

/** A header has some tens of them. */
const MAX_NUMBERS = 500;
const MAX_NAME = 64;

/**
 * A number above 0 that stands under the architecture's name; undefined where there is none. A list,
 * with one for each layer, is shown as null.
 */
function numberOf({ architecture, numbers }: ShownModel, key: string): number | undefined {
  const value = numbers.get(`${architecture}.${key}`);
  return value !== undefined && value > 0 && Number.isFinite(value) ? value : undefined;
}
