import type {
  LlamaContextSequence,
  LlamaGrammarEvaluationState,
  LlamaModel,
  Token,
} from "node-llama-cpp";
import type { ModelOptions } from "../values/options.ts";
import { AnswerText } from "./answer-text.ts";
import type { DecodeGate } from "./decode-gate.ts";
import { isReproducible, samplerSettings } from "./sampling.ts";
import type { Detokenize } from "./token-text.ts";

export type CompletionRequest = {
  /** The whole prompt; it fits the context. */
  readonly tokens: readonly Token[];
  readonly options: ModelOptions;
  /** Slide the window when the context is full, instead of ending there. */
  readonly shift: boolean;
  readonly signal: AbortSignal;
};

/** How a completion ended, all figures measured. `undefined` as reason: it looped and was cut. */
export type CompletionEnd = {
  readonly doneReason: "stop" | "length" | undefined;
  readonly tokens: readonly Token[];
  readonly promptNs: number;
  readonly evalCount: number;
  readonly evalNs: number;
};

type Parts = {
  readonly model: LlamaModel;
  readonly sequence: LlamaContextSequence;
  readonly grammar: LlamaGrammarEvaluationState | undefined;
  /**
   * Tokens decoded in one go while the prompt is read; between two of them a client that left is
   * noticed.
   */
  readonly batchSize: number;
  readonly gate: DecodeGate;
};

/**
 * Decodes on one sequence, yielding text as it becomes certain, sometimes none. Ends within a token
 * of `signal`.
 */
export async function* complete(
  parts: Parts,
  { tokens, options, shift, signal }: CompletionRequest,
): AsyncGenerator<string, CompletionEnd> {
  const { model, sequence, grammar, gate } = parts;
  const startedAt = performance.now();
  const answer: Token[] = [];
  const recent = () => recentTokens(tokens, answer, options);
  const rest = await readPrompt(parts, tokens, { options, signal });
  const detokenize: Detokenize = (given, before) => model.detokenize(given, true, before);
  const text = new AnswerText({ detokenize, stops: options.stop });
  const limit = predictLimit(options);
  let firstAt = startedAt;
  const finish = (doneReason: CompletionEnd["doneReason"], evalCount: number): CompletionEnd => ({
    doneReason,
    tokens: answer,
    promptNs: toNs(firstAt - startedAt),
    evalCount,
    evalNs: toNs(performance.now() - firstAt),
  });
  for await (const token of sequence.evaluate(rest, samplerSettings(options, recent, grammar))) {
    signal.throwIfAborted();
    if (answer.length === 0) firstAt = performance.now();
    if (model.isEogToken(token)) {
      yield text.end();
      return finish("stop", answer.length + 1);
    }
    answer.push(token);
    const step = text.push(token);
    yield step.text;
    if (step.stopped) return finish("stop", answer.length);
    const endless = answer.length >= limit.most && !limit.asked;
    if (grammar && (step.loops || endless)) {
      yield text.endAsJson();
      return finish("stop", answer.length);
    }
    if (step.loops) return finish(undefined, answer.length);
    const full = sequence.nextTokenIndex + 1 >= options.num_ctx;
    if (answer.length >= limit.most || (full && !shift)) {
      yield text.end();
      return finish("length", answer.length);
    }
    if (full) await gate.closedFor(() => slideWindow(sequence, options));
    if (gate.isClosed) await gate.pass();
  }
  return finish("stop", answer.length);
}

/** Reads all of the prompt but its end, and returns what is left for the first evaluation. */
async function readPrompt(
  { sequence, batchSize, gate }: Parts,
  tokens: readonly Token[],
  { options, signal }: { options: ModelOptions; signal: AbortSignal },
): Promise<Token[]> {
  // A part of the prompt that is still in memory is not read again. That changes the last bits of
  // the numbers, so whoever asks for a reproducible answer starts from nothing.
  const known = isReproducible(options) ? [] : tokens.slice(0, -1);
  if (sequence.nextTokenIndex > 0) {
    await gate.closedFor(() =>
      known.length > 0 ? sequence.adaptStateToTokens(known, false) : sequence.clearHistory(),
    );
  }
  let rest = tokens.slice(sequence.nextTokenIndex);
  while (rest.length > batchSize) {
    signal.throwIfAborted();
    await gate.pass();
    await sequence.evaluateWithoutGeneratingNewTokens(rest.slice(0, batchSize));
    rest = rest.slice(batchSize);
  }
  await gate.pass();
  signal.throwIfAborted();
  return rest;
}

/** Drops half of what follows the first `num_keep` tokens, as Ollama does. */
async function slideWindow(
  sequence: LlamaContextSequence,
  { num_keep, num_ctx }: ModelOptions,
): Promise<void> {
  const keep = Math.min(Math.max(0, num_keep), num_ctx - 2);
  const discard = Math.max(1, Math.floor((num_ctx - keep) / 2));
  await sequence.eraseContextTokenRanges([{ start: keep, end: keep + discard }]);
}

/**
 * Ollama bounds an endless answer at ten times the context; `asked`: the client wanted it to end
 * there.
 */
function predictLimit({ num_predict, num_ctx }: ModelOptions): { most: number; asked: boolean } {
  const bound = 10 * num_ctx;
  const asked = num_predict > 0 && num_predict <= bound;
  return { most: asked ? num_predict : bound, asked };
}

function recentTokens(
  prompt: readonly Token[],
  answer: readonly Token[],
  { repeat_last_n, num_ctx }: ModelOptions,
): Token[] {
  const count = repeat_last_n < 0 ? num_ctx : repeat_last_n;
  if (count === 0) return [];
  const fromAnswer = answer.slice(-count);
  const missing = count - fromAnswer.length;
  return missing > 0 ? [...prompt.slice(-missing), ...fromAnswer] : fromAnswer;
}

const toNs = (ms: number): number => Math.max(1, Math.round(ms * 1e6));
