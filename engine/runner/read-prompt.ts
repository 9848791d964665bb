import type { Token } from "node-llama-cpp";
import type { ModelOptions } from "../values/options.ts";
import { isReproducible } from "./sampling.ts";
import type { Slot } from "./slot.ts";

type Prompt = {
  readonly tokens: readonly Token[];
  readonly options: ModelOptions;
  readonly signal: AbortSignal;
};

/**
 * Reads all of a prompt but its end, from which the first token of the answer is sampled. Tokens
 * that are in memory already are not read again.
 *
 * How a prompt is split changes the last bits of the numbers. So blocks end at multiples of their
 * size. A request that wants the same answer every time only reuses blocks that were read the way
 * it would read them itself.
 */
export async function readPrompt(
  slot: Slot,
  { tokens, options, signal }: Prompt,
): Promise<{ rest: Token[]; reused: number }> {
  const exactly = isReproducible(options);
  const reused = await slot.inRound({ tokens: 0, take: () => slot.keep(tokens, exactly) });
  let at = reused;
  for (;;) {
    signal.throwIfAborted();
    const end = at - (at % slot.block) + slot.block;
    if (end >= tokens.length) return { rest: tokens.slice(at), reused };
    const from = at;
    await slot.inRound({
      tokens: end - from,
      exactly,
      take: (alone) => slot.read(tokens, from, end, alone),
    });
    at = end;
  }
}
