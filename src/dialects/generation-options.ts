/** The generation options of the service's own requests; absent means not given. */
export interface GenerationOptions {
  temperature?: number | undefined;
  top_p?: number | undefined;
  top_k?: number | undefined;
  max_tokens?: number | undefined;
  seed?: number | undefined;
  stop?: string[] | undefined;
  min_p?: number | undefined;
  repeat_penalty?: number | undefined;
  frequency_penalty?: number | undefined;
  presence_penalty?: number | undefined;
  /** Ollama's own options; they win over the fields above. */
  options?: Record<string, unknown> | undefined;
}

/** What the contract fills in when some option is given and these are not. */
const FILLED_IN = { temperature: 0.2, top_p: 0.9, top_k: 40, repeat_penalty: 1.1 };

/**
 * Ollama's `options`. With no option given nothing is sent and the model's own defaults hold;
 * with any given, the unset ones take the contract's column.
 */
export function ollamaOptions(given: GenerationOptions): Record<string, unknown> | undefined {
  const { max_tokens: maxTokens, options, ...rest } = pick(given);
  const named = { ...rest, ...(maxTokens === undefined ? {} : { num_predict: maxTokens }) };
  if (Object.keys(named).length === 0) return options;
  return { ...FILLED_IN, ...named, ...options };
}

const OPTION_NAMES = [
  "temperature",
  "top_p",
  "top_k",
  "max_tokens",
  "seed",
  "stop",
  "min_p",
  "repeat_penalty",
  "frequency_penalty",
  "presence_penalty",
  "options",
] as const satisfies (keyof GenerationOptions)[];

/** The options of a request that has other fields too. */
function pick(given: GenerationOptions): GenerationOptions {
  const known = OPTION_NAMES.map((name) => [name, given[name]] as const);
  return Object.fromEntries(known.filter(([, value]) => value !== undefined));
}
