import QuickLRU from "quick-lru";
import { awakeNow } from "../runtime/awake-clock.ts";
import { median } from "../runtime/median.ts";

/** What the server says of a request that has ended, in milliseconds. */
export interface AnsweredCall {
  totalMs?: number | undefined;
  loadMs?: number | undefined;
  promptMs?: number | undefined;
  generationMs?: number | undefined;
  outputTokens?: number | undefined;
}

/** A change of how many requests for a model are let through side by side. */
export interface ParallelChange {
  model: string;
  what: "tried" | "kept" | "taken back";
  parallel: number;
  /** What the server made its requests wait, and the tokens a second of all of them together. */
  serverWaitMs: number;
  tokensPerSecond: number;
}

interface AdaptiveParallelOptions {
  /** How many side by side are known to be right; a server says it, or it is 1. */
  base: () => number;
  max: number;
  /** Requests for a model that run, and whether others wait for a place for it. */
  work: (model: string) => { running: number; isWaitedFor: boolean };
  onChange: (change: ParallelChange) => void;
  now?: () => number;
}

/** A request that ran beside as many as may. */
interface Sample {
  serverWaitMs: number;
  tokens: number;
  ranMs: number;
}

interface ModelState {
  parallel: number;
  /** Since when it is so many. */
  since: number;
  samples: Sample[];
  /** What all had together with one less; undefined while nothing is tried. */
  before: number | undefined;
  nextTryAt: number;
}

/** Decisions are made on so many requests. */
const SAMPLES = 5;
/** Clients can make models. */
const MAX_MODELS = 100;
/** A server that makes requests wait longer than this works on fewer side by side. */
const MAX_WAIT_MS = 50;
/** One more stays if there are so many times the tokens. */
const LEAST_GAIN = 1.1;
const TRY_EVERY_MS = 5 * 60_000;
const TRY_AGAIN_MS = 60 * 60_000;

/**
 * Finds out how many requests for a model a server works on side by side that was not started by
 * the service. What the server itself makes a request wait is what its durations leave of the total.
 * While work waits one more is tried; it stays where the server makes nobody wait and all together
 * have clearly more tokens a second. A server that tells no durations is left as it is.
 */
export class AdaptiveParallel {
  readonly #options: AdaptiveParallelOptions;
  readonly #now: () => number;
  readonly #models = new QuickLRU<string, ModelState>({ maxSize: MAX_MODELS });

  constructor(options: AdaptiveParallelOptions) {
    this.#options = options;
    this.#now = options.now ?? awakeNow;
  }

  /** How many requests for a model (canonical name) may run side by side. */
  of(model: string): number {
    return this.#models.get(model)?.parallel ?? this.#options.base();
  }

  /** What it is for the model of which it is the most. */
  get most(): number {
    return Math.max(this.#options.base(), ...Object.values(this.raised));
  }

  /** The models of which more run side by side than the server is known to take. */
  get raised(): Record<string, number> {
    const raised: Record<string, number> = {};
    for (const [model, { parallel }] of this.#models) {
      if (parallel > this.#options.base()) raised[model] = parallel;
    }
    return raised;
  }

  /** Another server, or the same one anew: nothing is known of it. */
  reset(): void {
    this.#models.clear();
  }

  /** A request for a model has been answered, and has given its place back. */
  answered(model: string, call: AnsweredCall): void {
    const { totalMs, loadMs = 0, promptMs, generationMs, outputTokens } = call;
    if (totalMs === undefined || promptMs === undefined || generationMs === undefined) return;
    const now = this.#now();
    const state = this.#models.get(model) ?? {
      parallel: this.#options.base(),
      since: Number.NEGATIVE_INFINITY,
      samples: [],
      before: undefined,
      nextTryAt: Number.NEGATIVE_INFINITY,
    };
    const { running, isWaitedFor } = this.#options.work(model);
    // Of others it is not known that all places were taken while they ran.
    if (now - totalMs < state.since || running < state.parallel - 1) return;
    const ranMs = Math.max(1, totalMs - loadMs);
    const serverWaitMs = Math.max(0, totalMs - loadMs - promptMs - generationMs);
    state.samples.push({ serverWaitMs, tokens: outputTokens ?? 0, ranMs });
    this.#models.set(model, state);
    if (state.samples.length < SAMPLES) return;
    this.#decide(model, state, isWaitedFor);
    if (state.samples.length >= SAMPLES) state.samples.shift();
  }

  #decide(model: string, state: ModelState, isWaitedFor: boolean): void {
    const { base, max } = this.#options;
    const { parallel, before } = state;
    const now = this.#now();
    const seen = figuresOf(state);
    const makesWait = seen.serverWaitMs >= MAX_WAIT_MS;
    const change = (what: ParallelChange["what"], by: number, nextTryMs: number): void => {
      state.parallel += by;
      if (by !== 0) Object.assign(state, { since: now, samples: [] });
      state.before = what === "tried" ? seen.tokensPerSecond : undefined;
      state.nextTryAt = now + nextTryMs;
      this.#options.onChange({ model, what, parallel: state.parallel, ...seen });
    };
    if (before !== undefined) {
      if (!makesWait && seen.tokensPerSecond >= LEAST_GAIN * before)
        change("kept", 0, TRY_EVERY_MS);
      else change("taken back", -1, TRY_AGAIN_MS);
    } else if (parallel > base() && makesWait) change("taken back", -1, TRY_AGAIN_MS);
    else if (isWaitedFor && parallel < max && now >= state.nextTryAt && seen.tokensPerSecond > 0) {
      change("tried", 1, TRY_EVERY_MS);
    }
  }
}

/** What the last requests say: each had its tokens while `parallel` ran. */
function figuresOf({ parallel, samples }: ModelState) {
  const tokens = samples.reduce((sum, sample) => sum + sample.tokens, 0);
  const ranMs = samples.reduce((sum, sample) => sum + sample.ranMs, 0);
  return {
    serverWaitMs: median(samples.map((sample) => sample.serverWaitMs)),
    tokensPerSecond: (parallel * tokens * 1000) / ranMs,
  };
}
