import type { LlamaGrammarEvaluationState, LlamaModel, Token } from "node-llama-cpp";
import type { ModelOptions } from "../values/options.ts";
import { AnswerText, type Piece, type Step } from "./answer-text.ts";
import { type TokenLogprob, rateToken } from "./logprobs.ts";
import { readPrompt } from "./read-prompt.ts";
import { isReproducible, penaltyWindow, samplerSettings } from "./sampling.ts";
import type { Slot } from "./slot.ts";
import type { Detokenize } from "./token-text.ts";

export type CompletionRequest = {
  /** The whole prompt, which fits the context. */
  readonly tokens: readonly Token[];
  readonly options: ModelOptions;
  /** Slide the context window when it is full, instead of ending there. */
  readonly shift: boolean;
  /** How many alternatives to rate beside each token of the answer; `undefined`: rate no token. */
  readonly logprobs: number | undefined;
  readonly signal: AbortSignal;
};

/**
 * How a completion ended, with measured figures. Without a reason the answer repeated itself and
 * was cut.
 */
export type CompletionEnd = {
  readonly doneReason: "stop" | "length" | undefined;
  readonly tokens: readonly Token[];
  /** Tokens of the prompt that were in memory already, and not read again. */
  readonly reused: number;
  readonly promptNs: number;
  readonly evalCount: number;
  readonly evalNs: number;
};

/** The state of a grammar in one answer. */
export type RunningGrammar = {
  readonly state: LlamaGrammarEvaluationState;
  /** The text that completes an answer which has to end after `text`. */
  readonly close: (text: string) => string;
};

type Parts = {
  readonly model: LlamaModel;
  readonly slot: Slot;
  readonly grammar: RunningGrammar | undefined;
};

/**
 * Decodes on one sequence, and yields text as it becomes certain. Ends within a token of `signal`.
 */
export async function* complete(
  parts: Parts,
  request: CompletionRequest,
): AsyncGenerator<Piece, CompletionEnd> {
  try {
    return yield* decode(parts, request);
  } catch (err) {
    if (!request.signal.aborted) parts.slot.invalidate();
    throw err;
  }
}

async function* decode(
  parts: Parts,
  request: CompletionRequest,
): AsyncGenerator<Piece, CompletionEnd> {
  const { model, slot, grammar } = parts;
  const { tokens, options, shift, signal } = request;
  const { sequence } = slot;
  const startedAt = performance.now();
  const answer: Token[] = [];
  const { rest, reused } = await readPrompt(slot, request);
  const detokenize: Detokenize = (given, before) => model.detokenize(given, true, before);
  const { tokens: vocabulary } = model.fileInfo.metadata.tokenizer.ggml;
  const text = new AnswerText({ detokenize, vocabulary, stops: options.stop });
  const limit = predictLimit(options, grammar !== undefined);
  let firstAt = startedAt;
  const finish = (doneReason: CompletionEnd["doneReason"], evalCount: number): CompletionEnd => ({
    doneReason,
    tokens: answer,
    reused,
    promptNs: toNs(firstAt - startedAt),
    evalCount,
    evalNs: toNs(performance.now() - firstAt),
  });
  const recent = () => recentTokens(tokens, answer, options);
  const decoded = sequence.evaluate(rest, samplerSettings(options, recent, grammar?.state));
  const next = (tokens: number) =>
    slot.inRound({ tokens, exactly: isReproducible(options), take: () => decoded.next() });
  try {
    for (;;) {
      const { value: token, done } = await next(answer.length === 0 ? rest.length : 1);
      signal.throwIfAborted();
      if (done || token === undefined) return finish("stop", answer.length);
      if (answer.length === 0) firstAt = performance.now();
      if (model.isEogToken(token)) {
        yield text.end();
        return finish("stop", answer.length + 1);
      }
      const logprob = await rate(parts, request, { answer, token, detokenize });
      answer.push(token);
      const step = text.push(token, logprob);
      yield step;
      const full = sequence.nextTokenIndex + 1 >= options.num_ctx;
      const ending = endingOf(step, { length: answer.length, limit, full, shift, grammar });
      if (ending === "closed" && grammar) yield text.endBy(grammar.close);
      if (ending === "full") yield text.end();
      if (ending) return finish(DONE_REASONS[ending], answer.length);
      if (full) await slot.inRound({ tokens: 0, take: () => slideWindow(slot, options) });
    }
  } finally {
    await decoded.return();
  }
}

type Limit = {
  readonly most: number;
  /** The limit is the client's `num_predict`: the answer ends there, complete or not. */
  readonly requested: boolean;
};

type Ending = "stopped" | "closed" | "looped" | "full";

/** `undefined` for an answer that looped and was cut. */
const DONE_REASONS = {
  stopped: "stop",
  closed: "stop",
  looped: undefined,
  full: "length",
} as const;

/**
 * Why an answer ends with this step, if it does: at a stop sequence, by its grammar where it would
 * go on without end, since it repeats itself, or since the limit or the context is full.
 */
function endingOf(
  step: Pick<Step, "stopped" | "loops">,
  answer: {
    readonly length: number;
    readonly limit: Limit;
    readonly full: boolean;
    readonly shift: boolean;
    readonly grammar: RunningGrammar | undefined;
  },
): Ending | undefined {
  const { length, limit, full, shift, grammar } = answer;
  const atLimit = length >= limit.most;
  if (step.stopped) return "stopped";
  if (grammar && (step.loops || (atLimit && !limit.requested))) return "closed";
  if (step.loops) return "looped";
  return atLimit || (full && !shift) ? "full" : undefined;
}

/** The log probability of a token that was just sampled, where the request asks for it. */
async function rate(
  { slot }: Parts,
  { tokens, logprobs: top }: CompletionRequest,
  sampled: { answer: readonly Token[]; token: Token; detokenize: Detokenize },
): Promise<TokenLogprob | undefined> {
  const before = sampled.answer.at(-1) ?? tokens.at(-1);
  if (top === undefined || before === undefined) return undefined;
  const place = { ...sampled, sequence: slot.sequence, before, top };
  return slot.inRound({ tokens: 1, take: () => rateToken(place) });
}

/** Drops half of what follows the first `num_keep` tokens, as Ollama does. */
async function slideWindow(slot: Slot, { num_keep, num_ctx }: ModelOptions): Promise<void> {
  const keep = Math.min(Math.max(0, num_keep), num_ctx - 2);
  const discard = Math.max(1, Math.floor((num_ctx - keep) / 2));
  await slot.drop(keep, keep + discard);
}

/**
 * Ollama bounds an endless answer at ten times the context. An answer that a grammar can close at
 * any time is longer than the context only when it goes round in circles.
 */
function predictLimit({ num_predict, num_ctx }: ModelOptions, closes: boolean): Limit {
  const bound = (closes ? 1 : 10) * num_ctx;
  const requested = num_predict > 0 && num_predict <= bound;
  return { most: requested ? num_predict : bound, requested };
}

function recentTokens(
  prompt: readonly Token[],
  answer: readonly Token[],
  options: ModelOptions,
): Token[] {
  const count = penaltyWindow(options);
  if (count === 0) return [];
  const fromAnswer = answer.slice(-count);
  const missing = count - fromAnswer.length;
  return missing > 0 ? [...prompt.slice(-missing), ...fromAnswer] : fromAnswer;
}

const toNs = (ms: number): number => Math.max(1, Math.round(ms * 1e6));
