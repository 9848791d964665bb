import type { Tail } from "../http/tail.ts";

/** What an answer took, as the inference server says it. */
export interface Usage {
  inputTokens: number | undefined;
  outputTokens: number | undefined;
  /** Milliseconds that the server spent on the prompt, on the answer, and on loading the model. */
  promptMs: number | undefined;
  generationMs: number | undefined;
  loadMs: number | undefined;
  /** Milliseconds of all of it. */
  totalMs: number | undefined;
  /** Whether the tokens were not told but estimated from the bytes. */
  isEstimated: boolean;
}

/** The end of an answer that was passed on. */
export interface PassedAnswer {
  contentType: string;
  tail: Tail;
  /** Bytes of the whole answer, and of the request's body. */
  bytes: number;
  requestBytes: number;
}

/** A usual token of text, in bytes: the rule that the prompt limit goes by, too. */
const BYTES_A_TOKEN = 4;

/** What an answer of Ollama says that it took: its last line, or the whole. */
export function usageOf(answer: Record<string, unknown>): Usage {
  return {
    inputTokens: numberIn(answer["prompt_eval_count"]),
    outputTokens: numberIn(answer["eval_count"]),
    promptMs: millis(numberIn(answer["prompt_eval_duration"])),
    generationMs: millis(numberIn(answer["eval_duration"])),
    loadMs: millis(numberIn(answer["load_duration"])),
    totalMs: millis(numberIn(answer["total_duration"])),
    isEstimated: false,
  };
}

/** What two calls took, one after the other. */
export function addedUsage(a: Usage | undefined, b: Usage | undefined): Usage | undefined {
  if (!a || !b) return a ?? b;
  return {
    inputTokens: added(a.inputTokens, b.inputTokens),
    outputTokens: added(a.outputTokens, b.outputTokens),
    promptMs: added(a.promptMs, b.promptMs),
    generationMs: added(a.generationMs, b.generationMs),
    loadMs: added(a.loadMs, b.loadMs),
    totalMs: added(a.totalMs, b.totalMs),
    isEstimated: a.isEstimated || b.isEstimated,
  };
}

/** The sum of the figures that are known; undefined where none is. */
export function added(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : a + b;
}

/**
 * What an answer took of which only the end is at hand, in Ollama's words or in OpenAI's or
 * Anthropic's. It is searched, not parsed: of a long answer it is the middle of a line. Within a
 * text of the answer the same words are not found, since quotes are escaped there.
 */
export function usageOfPassed(answer: PassedAnswer): Usage {
  const end = answer.tail.text();
  const isOllama = end.includes('_count":');
  const inputTokens = isOllama
    ? numberAt(end, '"prompt_eval_count":')
    : (numberAt(end, '"prompt_tokens":') ?? numberAt(end, '"input_tokens":'));
  const outputTokens = isOllama
    ? numberAt(end, '"eval_count":')
    : (numberAt(end, '"completion_tokens":') ?? numberAt(end, '"output_tokens":'));
  if (inputTokens === undefined && outputTokens === undefined) return estimated(answer);
  return {
    inputTokens,
    outputTokens,
    promptMs: isOllama ? millis(numberAt(end, '"prompt_eval_duration":')) : undefined,
    generationMs: isOllama ? millis(numberAt(end, '"eval_duration":')) : undefined,
    loadMs: isOllama ? millis(numberAt(end, '"load_duration":')) : undefined,
    totalMs: isOllama ? millis(numberAt(end, '"total_duration":')) : undefined,
    isEstimated: false,
  };
}

/** A piece of a stream is a token: how many there were follows from the length of the last ones. */
function estimated({ contentType, tail, bytes, requestBytes }: PassedAnswer): Usage {
  const text = tail.text();
  // Not the event that says `[DONE]`: it is short.
  const piece = contentType.startsWith("text/event-stream") ? /^data: ?\{/gm : /\n/g;
  const pieces = text.match(piece)?.length ?? 0;
  return {
    ...usageOf({}),
    inputTokens: Math.ceil(requestBytes / BYTES_A_TOKEN),
    outputTokens: text === "" ? 0 : Math.round((bytes * pieces) / text.length),
    isEstimated: true,
  };
}

/** The number behind the last of these names. */
function numberAt(text: string, name: string): number | undefined {
  const at = text.lastIndexOf(name);
  if (at < 0) return undefined;
  return numberIn(Number.parseInt(text.slice(at + name.length, at + name.length + 24), 10));
}

/** A count or a duration. What there cannot be of these is not told: tenants' turns go by them. */
function numberIn(value: unknown): number | undefined {
  const isOne = typeof value === "number" && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
  return isOne ? value : undefined;
}

function millis(nanoseconds: number | undefined): number | undefined {
  return nanoseconds === undefined ? undefined : nanoseconds / 1e6;
}
