import { coreCounts } from "../runner/cores.ts";
import { openLlama } from "../runner/llama.ts";
import { ModelRunner } from "../runner/model-runner.ts";
import { resolveOptions } from "../values/options.ts";
import type { TrialRequest } from "./trial.ts";

/** The context of a trial, which generates two tokens or embeds two words. */
const CONTEXT_LENGTH = 32;
const TEXT = "Hello world";

/** Loads a model and runs it once, as the engine would, at a small size. */
export async function runTrial(given: string): Promise<void> {
  const { weightsPath, embeddingOnly } = JSON.parse(given) as TrialRequest;
  const runner = await ModelRunner.load(await openLlama(coreCounts()), {
    weightsPath,
    contextLength: CONTEXT_LENGTH,
    sequences: 1,
    embeddingOnly,
  });
  const { signal } = new AbortController();
  if (embeddingOnly) {
    await runner.embed({ text: TEXT, truncate: true, signal });
    return;
  }
  const options = resolveOptions({ num_predict: 2 }, {}, CONTEXT_LENGTH);
  const tokens = runner.tokenize(TEXT).slice(0, CONTEXT_LENGTH / 2);
  const rest = { shift: true, logprobs: undefined, grammar: undefined };
  for await (const _ of runner.complete({ tokens, options, signal, ...rest }));
}
