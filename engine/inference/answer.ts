import type { CompletionEnd } from "../runner/completion.ts";
import type { RatedToken, TokenLogprob } from "../runner/logprobs.ts";
import type { ToolCall } from "../tools/tool-call.ts";

/** The figures of the last line, durations in nanoseconds. Go leaves out fields that are zero. */
export type Metrics = {
  readonly total_duration?: number;
  readonly load_duration?: number;
  readonly prompt_eval_count?: number;
  readonly prompt_eval_duration?: number;
  readonly eval_count?: number;
  readonly eval_duration?: number;
};

/** A token and its log probability, as answers carry them. */
type LogprobEntry = {
  readonly token: string;
  readonly logprob: number;
  readonly bytes?: readonly number[];
};
export type Logprob = LogprobEntry & { readonly top_logprobs?: readonly LogprobEntry[] };

type Head = { readonly model: string; readonly created_at: string };
type Tail = { readonly done: boolean; readonly done_reason?: string };
/** The field `logprobs` of a line. */
export type Rated = { readonly logprobs?: readonly Logprob[] };

/** A line of `/api/generate`; its fields stand in the order Ollama writes them. */
export type GenerateLine = Head & { readonly response: string } & Tail & {
    readonly context?: readonly number[];
  } & Metrics &
  Rated;

/** A line of `/api/chat`. */
export type ChatLine = Head & {
  readonly message: {
    readonly role: string;
    readonly content: string;
    readonly tool_calls?: readonly ToolCall[];
  };
} & Tail &
  Metrics &
  Rated;

/** The answer to a load or unload is one object even in a stream; every other answer is lines. */
export type Answer<Line> =
  | { readonly kind: "object"; readonly value: Line }
  | { readonly kind: "lines"; readonly lines: AsyncGenerator<Line, void> };

/**
 * Hands an answer to its client. The model stays in memory until this has settled, even if the
 * lines are not read to their end.
 */
export type Deliver<Line> = (answer: Answer<Line>) => void | Promise<void>;

/** The figures of a finished completion. */
export function metricsOf(
  end: CompletionEnd,
  {
    startedAt,
    loadedAt,
    promptCount,
  }: { startedAt: number; loadedAt: number; promptCount: number },
): Metrics {
  return {
    total_duration: nanoseconds(performance.now() - startedAt),
    load_duration: nanoseconds(loadedAt - startedAt),
    prompt_eval_count: promptCount,
    prompt_eval_duration: end.promptNs,
    eval_count: end.evalCount,
    eval_duration: end.evalNs,
  };
}

/** The field `logprobs` of a line, left out when it is empty. */
export function logprobsOf(logprobs: readonly TokenLogprob[]): Rated {
  if (logprobs.length === 0) return {};
  const entries = logprobs.map(({ top, ...token }) => ({
    ...entryOf(token),
    ...(top.length > 0 && { top_logprobs: top.map(entryOf) }),
  }));
  return { logprobs: entries };
}

function entryOf({ token, logprob }: RatedToken): LogprobEntry {
  return { token, logprob, ...(token !== "" && { bytes: [...Buffer.from(token)] }) };
}

/** Whole nanoseconds of a duration in milliseconds; never zero, since zero is not shown. */
export function nanoseconds(ms: number): number {
  return Math.max(1, Math.round(ms * 1e6));
}

/** The time as answers carry it. */
export function timestamp(): string {
  return new Date().toISOString();
}
