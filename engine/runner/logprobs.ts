import type { LlamaContextSequence, Token } from "node-llama-cpp";
import type { Detokenize } from "./token-text.ts";

/** A token's text and the logarithm of its probability. */
export type RatedToken = { readonly token: string; readonly logprob: number };

/** A token of an answer and, where the request asks for them, the most likely alternatives. */
export type TokenLogprob = RatedToken & { readonly top: readonly RatedToken[] };

/** The distribution of the model itself, before temperature, penalties or a grammar change it. */
const UNTOUCHED = { temperature: 1, topK: 0, topP: 1, minP: 0 };

type Place = {
  readonly sequence: LlamaContextSequence;
  /** The last token in the sequence's memory, which `token` followed. */
  readonly before: Token;
  readonly token: Token;
  readonly top: number;
  readonly detokenize: Detokenize;
};

/**
 * The log probability of `token`. node-llama-cpp gives probabilities either after sampling's own
 * cuts or without sampling, not both at once. So the last token is decoded a second time.
 */
export async function rateToken(place: Place): Promise<TokenLogprob> {
  const { sequence, before, token, top, detokenize } = place;
  const end = sequence.nextTokenIndex;
  await sequence.eraseContextTokenRanges([{ start: end - 1, end }]);
  const filter = { tokens: [token], includeTop: Math.max(1, top) };
  const generateNext = { logits: { filter }, totalLogitWeight: true, options: UNTOUCHED };
  const [outcome] = await sequence.controlledEvaluate([[before, { generateNext }]]);
  const { logits = new Map<Token, number>(), totalLogitWeight = 1 } = outcome?.next ?? {};
  const highest = Math.max(...logits.values());
  const rate = (rated: Token): RatedToken => ({
    token: detokenize([rated], []),
    logprob: Math.fround((logits.get(rated) ?? -Infinity) - highest - Math.log(totalLogitWeight)),
  });
  const best = [...logits.keys()].sort((a, b) => (logits.get(b) ?? 0) - (logits.get(a) ?? 0));
  return { ...rate(token), top: best.slice(0, top).map(rate) };
}
