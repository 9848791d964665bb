import type { PlaceReport } from "./place-report.ts";
import type { Progress } from "./progress.ts";

export type WatchdogOptions = {
  /** How long nothing may happen while requests wait for a place that no living request holds. */
  readonly stuckAfterMs: number;
  readonly progress: Pick<Progress, "done" | "tokensUnderWay">;
  readonly places: () => readonly PlaceReport[];
  /** Called once, with the reason as a sentence. */
  readonly onStuck: (reason: string) => void;
};

export type Health = {
  readonly status: "ok" | "stuck";
  readonly reason?: string;
  /** Pieces of work that have ended since the start, and tokens being worked on. */
  readonly done: number;
  readonly tokens_under_way: number;
  readonly places: readonly PlaceReport[];
};

/**
 * Checks in the time of `stuckAfterMs`. Time is counted in checks: while something holds up the
 * event loop, a sleeping machine included, no check counts as one that has seen nothing happen.
 */
const LOOKS = 6;
/** Tokens that may take another `stuckAfterMs`: a block of a prompt on a CPU. */
const TOKENS_A_STRETCH = 64;

/**
 * Finds out when the engine can answer no more: requests wait for a place that is free or held for
 * a request that has ended, and llama.cpp makes no progress. A request whose client is there may
 * take as long as it likes, and so may a load.
 */
export class Watchdog {
  readonly #options: WatchdogOptions;
  #timer: ReturnType<typeof setInterval> | undefined;
  #doneBefore = 0;
  #looks = 0;
  #reason: string | undefined;

  constructor(options: WatchdogOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => this.look(), this.#options.stuckAfterMs / LOOKS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Checks once; `start` does so at regular intervals. */
  look(): void {
    const { progress, places, onStuck } = this.#options;
    const { done, tokensUnderWay } = progress;
    const lost = places().find(isLost);
    if (!lost || done !== this.#doneBefore) {
      this.#doneBefore = done;
      this.#looks = 0;
      return;
    }
    this.#looks += 1;
    const allowed = LOOKS * (1 + Math.ceil(tokensUnderWay / TOKENS_A_STRETCH));
    if (this.#looks <= allowed || this.#reason !== undefined) return;
    this.#reason = describe(lost);
    this.stop();
    onStuck(this.#reason);
  }

  health(): Health {
    const { progress, places } = this.#options;
    return {
      status: this.#reason === undefined ? "ok" : "stuck",
      ...(this.#reason !== undefined && { reason: this.#reason }),
      done: progress.done,
      tokens_under_way: progress.tokensUnderWay,
      places: places(),
    };
  }
}

const isLost = ({ waiting, free, abandoned }: PlaceReport): boolean =>
  waiting > 0 && (free || abandoned > 0);

function describe({ what, waiting, abandoned }: PlaceReport): string {
  const holder = abandoned > 0 ? `held for ${abandoned} that are over` : "free";
  return `stuck: ${waiting} requests wait for ${what}, which is ${holder}, and nothing is computed`;
}
