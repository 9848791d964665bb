import type { Output } from "../output/output.ts";
import { cut } from "../output/text.ts";
import { duration } from "../output/units.ts";
import type { LoadPlan } from "./load-plan.ts";
import type { LoadState } from "./run-load.ts";

const CLEAR_LINE = "\r\u001B[K";
const REFRESH_MS = 200;

/** A line that tells where a load test stands; nothing where no terminal shows it. */
export class LoadLine {
  readonly #out: Output;
  readonly #plan: LoadPlan;
  #shownAt = Number.NEGATIVE_INFINITY;
  #isShown = false;

  constructor(out: Output, plan: LoadPlan) {
    this.#out = out;
    this.#plan = plan;
  }

  update(state: LoadState): void {
    if (state.elapsedMs - this.#shownAt < REFRESH_MS) return;
    this.#shownAt = state.elapsedMs;
    this.say(progressText(state, this.#plan));
  }

  /** Says something else, such as what goes on before the test. */
  say(text: string): void {
    const { stderr } = this.#out;
    if (!stderr.isTTY) return;
    this.#isShown = true;
    stderr.write(CLEAR_LINE + cut(text, (stderr.columns || 80) - 1));
  }

  end(): void {
    if (this.#isShown) this.#out.stderr.write(CLEAR_LINE);
  }
}

/** `120 of 200 · 14.2 a second · p50 820 ms · p95 1.4 s · 2 failed · 8.5 s` */
export function progressText({ tally, elapsedMs }: LoadState, plan: LoadPlan): string {
  const done = tally.successes + tally.failures;
  const { p50, p95 } = tally.latency();
  return [
    plan.requests === undefined ? `${done} requests` : `${done} of ${plan.requests}`,
    `${((done / Math.max(1, elapsedMs)) * 1000).toFixed(1)} a second`,
    ...(p50 === null || p95 === null ? [] : [`p50 ${duration(p50)}`, `p95 ${duration(p95)}`]),
    ...(tally.failures > 0 ? [`${tally.failures} failed`] : []),
    plan.durationMs === undefined
      ? duration(elapsedMs)
      : `${duration(elapsedMs)} of ${duration(plan.durationMs)}`,
  ].join(" · ");
}
