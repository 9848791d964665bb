import type { CompletionEnd } from "../runner/completion.ts";

/** Figures of the last line, durations in nanoseconds; Go leaves out what is zero. */
export type Metrics = {
  readonly total_duration?: number;
  readonly load_duration?: number;
  readonly prompt_eval_count?: number;
  readonly prompt_eval_duration?: number;
  readonly eval_count?: number;
  readonly eval_duration?: number;
};

type Head = { readonly model: string; readonly created_at: string };
type Tail = { readonly done: boolean; readonly done_reason?: string };

/** A line of `/api/generate`; its fields stand in the order Ollama writes them. */
export type GenerateLine = Head & { readonly response: string } & Tail & {
    readonly context?: readonly number[];
  } & Metrics;

/** A line of `/api/chat`. */
export type ChatLine = Head & {
  readonly message: { readonly role: string; readonly content: string };
} & Tail &
  Metrics;

/**
 * A model loaded or unloaded is one object even for who asked for a stream; everything else is
 * lines.
 */
export type Answer<Line> =
  | { readonly kind: "object"; readonly value: Line }
  | { readonly kind: "lines"; readonly lines: AsyncGenerator<Line, void> };

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

/** Whole nanoseconds of a duration in milliseconds; never zero, since zero is not shown. */
export function nanoseconds(ms: number): number {
  return Math.max(1, Math.round(ms * 1e6));
}

/** The time as answers carry it. */
export function timestamp(): string {
  return new Date().toISOString();
}
