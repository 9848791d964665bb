/** What `/api/show` says of a model, as far as its size and its context depend on that. */
export interface ModelFigures {
  /** Empty where it is not told. */
  architecture: string;
  /** The numbers of `model_info`, by the keys of a GGUF header. */
  numbers: ReadonlyMap<string, number>;
  /** The `num_ctx` of its own parameters. */
  numCtx: number | undefined;
}

/** A header has some tens of numbers. */
const MAX_NUMBERS = 500;
const MAX_NAME = 64;

/** Bytes of a number in the cache: `kvCacheBytesPerElement` in Ollama's fs/ggml/ggml.go. */
const BYTES_OF_TYPE: Readonly<Record<string, number>> = { q8_0: 1, q4_0: 0.5, f32: 4 };
const BYTES_OF_F16 = 2;

/** Reads an answer of `/api/show`, of any shape; what is large in it is left out. */
export function readFigures({
  model_info: info,
  parameters,
}: Record<string, unknown>): ModelFigures {
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

/**
 * A number above 0 that stands under the architecture's name; undefined where there is none. A list,
 * with one for each layer, is shown as null.
 */
export function figureOf({ architecture, numbers }: ModelFigures, key: string): number | undefined {
  const value = numbers.get(`${architecture}.${key}`);
  return value !== undefined && value > 0 && Number.isFinite(value) ? value : undefined;
}

/**
 * Bytes that a token takes in the cache of keys and values where every layer and every head keeps
 * it: (key_length + value_length) × head_count_kv × block_count numbers, the default of `GraphSize`
 * in Ollama's fs/ggml/ggml.go. Undefined for a model that does not say that.
 * @param cacheType OLLAMA_KV_CACHE_TYPE.
 */
export function tokenBytes(figures: ModelFigures, cacheType = "f16"): number | undefined {
  const figure = (key: string): number | undefined => figureOf(figures, key);
  const layers = figure("block_count");
  const heads = figure("attention.head_count");
  const embedding = figure("embedding_length");
  const keyValueHeads = figure("attention.head_count_kv") ?? heads;
  const headLength = embedding && heads && embedding / heads;
  const keyLength = figure("attention.key_length") ?? headLength;
  const valueLength = figure("attention.value_length") ?? headLength;
  if (!layers || !keyValueHeads || !keyLength || !valueLength) return undefined;
  const bytes = BYTES_OF_TYPE[cacheType] ?? BYTES_OF_F16;
  return (keyLength + valueLength) * keyValueHeads * layers * bytes;
}
