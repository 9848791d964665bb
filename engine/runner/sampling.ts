import type { LlamaGrammarEvaluationState, SequenceEvaluateOptions, Token } from "node-llama-cpp";
import type { ModelOptions } from "../values/options.ts";

const MAX_SEED = 2 ** 32;

/** A request that wants the same answer every time: a seed of its own, or no chance at all. */
export function isReproducible({ seed, temperature }: ModelOptions): boolean {
  return seed >= 0 || temperature <= 0;
}

/** Tokens repetition is measured on: no more than the model sees, which is also what -1 means. */
export function penaltyWindow({ repeat_last_n, num_ctx }: ModelOptions): number {
  return repeat_last_n < 0 ? num_ctx : Math.min(repeat_last_n, num_ctx);
}

/**
 * The sampler's settings. `recent` gives the tokens repetition is measured on, `seed` below 0 is
 * drawn by `random`. `typical_p` has no counterpart in node-llama-cpp and is ignored.
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
