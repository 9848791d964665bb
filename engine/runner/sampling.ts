import type { LlamaGrammarEvaluationState, SequenceEvaluateOptions, Token } from "node-llama-cpp";
import type { ModelOptions } from "../values/options.ts";

const MAX_SEED = 2 ** 32;

/** Whether a request wants the same answer every time: it has a seed, or temperature 0. */
export function isReproducible({ seed, temperature }: ModelOptions): boolean {
  return seed >= 0 || temperature <= 0;
}

/**
 * The number of tokens that penalties look at: no more than the context holds, which is also what
 * -1 means.
 */
export function penaltyWindow({ repeat_last_n, num_ctx }: ModelOptions): number {
  return repeat_last_n < 0 ? num_ctx : Math.min(repeat_last_n, num_ctx);
}

/**
 * The sampler's settings. `recent` gives the tokens that penalties look at. A seed below 0 is
 * replaced by one from `random`. `typical_p` has no counterpart in node-llama-cpp and is ignored.
 */
export function samplerSettings(
  options: ModelOptions,
  recent: () => Token[],
  grammar: LlamaGrammarEvaluationState | undefined,
  random: () => number = Math.random,
): SequenceEvaluateOptions {
  const seed = options.seed < 0 ? Math.floor(random() * MAX_SEED) : options.seed % MAX_SEED;
  return {
    temperature: Math.max(0, options.temperature),
    topK: Math.max(0, options.top_k),
    topP: options.top_p,
    minP: options.min_p,
    seed,
    repeatPenalty: {
      punishTokens: recent,
      maxPunishTokens: Math.max(1, penaltyWindow(options)),
      penalty: options.repeat_penalty,
      presencePenalty: options.presence_penalty,
      frequencyPenalty: options.frequency_penalty,
    },
    yieldEogToken: true,
    ...(grammar && { grammarEvaluationState: grammar }),
  };
}
