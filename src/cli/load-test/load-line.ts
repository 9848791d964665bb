import { awakeNow } from "../../runtime/awake-clock.ts";
import type { Output } from "../output/output.ts";
import { cut } from "../output/text.ts";
import { duration } from "../output/units.ts";
import type { LoadPlan } from "./load-plan.ts";
import type { LoadState } from "./run-load.ts";

interface LineOptions {
  out: Output;
  plan: LoadPlan;
  /** Milliseconds of a clock that only goes forward. */
  now?: () => number;
}

const CLEAR_LINE = "\r\u001B[K";
const REFRESH_MS = 200;
/** A log has each line for good. */
const PLAIN_REFRESH_MS = 10_000;

/** Tells where a load test stands: on one line of a terminal, else in a plain line now and then. */
export class LoadLine {
  readonly #out: Output;
  readonly #plan: LoadPlan;
  readonly #now: () => number;
  #shownAt: number;
  #isShown = false;

  constructor({ out, plan, now = awakeNow }: LineOptions) {
    this.#out = out;
    this.#plan = plan;
    this.#now = now;
    this.#shownAt = out.stderr.isTTY ? Number.NEGATIVE_INFINITY : now();
  }

  update(state: LoadState): void {
    if (this.#isDue(REFRESH_MS)) this.#write(progressText(state, this.#plan));
  }

  /** Says something else, such as what goes on before the test. */
  say(text: string): void {
    if (this.#isDue(0)) this.#write(text);
  }

  end(): void {
    if (this.#isShown) this.#out.stderr.write(CLEAR_LINE);
  }

  #isDue(refreshMs: number): boolean {
    const everyMs = this.#out.stderr.isTTY ? refreshMs : PLAIN_REFRESH_MS;
    return this.#now() - this.#shownAt >= everyMs;
  }

  #write(text: string): void {
    const { stderr } = this.#out;
    this.#shownAt = this.#now();
    if (!stderr.isTTY) {
      this.#out.note(text);
      return;
    }
    this.#isShown = true;
    stderr.write(CLEAR_LINE + cut(text, (stderr.columns || 80) - 1));
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
