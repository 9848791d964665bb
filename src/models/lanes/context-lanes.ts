import QuickLRU from "quick-lru";
import { isOutOfMemory } from "../../hosts/out-of-memory.ts";
import { awakeNow } from "../../runtime/awake-clock.ts";
import { sameLoadOptions, type LoadOptions } from "../load-options.ts";
import type { LoadHints } from "../load-hints.ts";
import { modelMatcher } from "../model-name.ts";
import { laneBelow, laneFor, lanesOf, type ContextLimits, type LaneFacts } from "./lane-choice.ts";
import { KnownLimits } from "./known-limits.ts";
import type { LaneRequest, LaneUse } from "./lane-request.ts";
import {
  type ListedContext,
  LoadedContexts,
  type ModelState,
  wholeTokens,
} from "./loaded-contexts.ts";
import { MAX_REMEMBERED } from "./max-remembered.ts";

interface ContextLanesOptions {
  /** CONTEXT_LANES. */
  mode: "service" | "all" | "off";
  /** Model name or pattern → sizes of context; of several that fit a model the first holds. */
  configured: Readonly<Record<string, readonly number[]>>;
  /** The largest context of a model (canonical name). @throws when the server does not say. */
  limits: (model: string) => Promise<ContextLimits>;
  /** Has the models in memory looked at, and `seen` told. @throws when the server is away. */
  look: () => Promise<unknown>;
  /** Whether the service is loading a model (canonical name) now. */
  isLoading: (model: string) => boolean;
  /** Whether a model is in memory for sure: it works, or has lately answered. */
  isSure: (model: string) => boolean;
  now?: () => number;
}

/** What is remembered of a model beyond one stay in memory. */
interface ModelHistory {
  /** Above this a load has run out of memory, which is not tried again for a while. */
  most: { size: number; until: number } | undefined;
  /** The own load options of the request before: plain Ollama would compare with them. */
  before: { own: LoadOptions } | undefined;
  reloads: number;
  avoided: number;
}

/** What `GET /api/v1/system/memory` shows of a model. */
export interface LaneReport {
  num_ctx: number | null;
  lanes: number[];
  reloads: number;
  reloads_avoided: number;
}

/** For so long a size that has run out of memory is not tried again. */
const AVOID_MS = 10 * 60_000;

/**
 * Keeps models in memory with the context that they have: requests that ask for another one run with
 * the loaded one where it is large enough, since with plain Ollama each change of `num_ctx` loads
 * the model anew. All models are named by their canonical names.
 */
export class ContextLanes {
  readonly #options: ContextLanesOptions;
  readonly #now: () => number;
  readonly #configured: { matches: (model: string) => boolean; sizes: number[] }[];
  readonly #contexts: LoadedContexts;
  readonly #limits: KnownLimits;
  readonly #histories = new QuickLRU<string, ModelHistory>({ maxSize: MAX_REMEMBERED });
  #looking: Promise<unknown> | undefined;
  #avoided = 0;

  constructor(options: ContextLanesOptions) {
    this.#options = options;
    this.#now = options.now ?? awakeNow;
    const limits = new KnownLimits(options.limits);
    this.#limits = limits;
    this.#contexts = new LoadedContexts({
      now: this.#now,
      onGone: (model) => limits.forget(model),
    });
    this.#configured = Object.entries(options.configured).map(([pattern, sizes]) => ({
      matches: modelMatcher([pattern]),
      sizes: sizes.toSorted((a, b) => a - b),
    }));
  }

  /** Loads of models that the requests since start would have caused at Ollama itself, and did not. */
  get reloadsAvoided(): number {
    return this.#avoided;
  }

  /** A request that follows its model's lane; undefined where CONTEXT_LANES says that it does not. */
  request(model: string, own: LoadOptions, use: LaneUse): LaneRequest | undefined {
    const { mode } = this.#options;
    if (mode === "off" || (mode === "service" && use === "context")) return undefined;
    const asked = askedContext(own);
    const request: LaneRequest = {
      own,
      asked,
      use,
      hasLoaded: false,
      ready: () => this.#ready(model, asked),
      admits: (running) => this.#admits(model, asked, running),
      size: () => laneFor(asked, this.#facts(model)),
      holds: () => this.#holds(model, asked),
      begin: () => this.#begin(model, request),
    };
    return request;
  }

  /**
   * Loads a model, for a request that follows its lane with that; where memory is too short for it
   * once more with the next smaller one.
   * @throws what `load` throws.
   */
  async load(
    model: string,
    hints: LoadHints,
    load: (hints: LoadHints) => Promise<void>,
  ): Promise<void> {
    const { lane: request } = hints;
    if (!request) {
      await load(hints);
      this.#contexts.loaded(model, hints.options);
      return;
    }
    const facts = this.#facts(model);
    const lane = laneFor(request.asked, facts);
    const below = lane === undefined ? undefined : laneBelow(lane, request.asked, facts);
    const others = this.#others(model, request);
    const loadWith = async (size: number | undefined): Promise<void> => {
      const options = withContext(others, size);
      await load({ ...hints, options });
      this.#contexts.loaded(model, options);
    };
    try {
      await loadWith(lane);
    } catch (err) {
      if (below === undefined || !isOutOfMemory(err)) throw err;
      this.#historyOf(model).most = { size: below, until: this.#now() + AVOID_MS };
      await loadWith(below);
    }
    if (facts.size !== undefined) this.#historyOf(model).reloads += 1;
    request.hasLoaded = true;
  }

  /** A model has answered a request that was sent with these load options: it is loaded with them. */
  answered(model: string, options: LoadOptions): void {
    this.#contexts.answered(model, options);
  }

  /** As `LoadedContexts.seen`. */
  seen(listed: readonly ListedContext[], askedAt: number): void {
    this.#contexts.seen(listed, askedAt);
  }

  /** A model may be out of memory. */
  gone(model: string): void {
    this.#contexts.gone(model);
  }

  /** The server was replaced. */
  reset(): void {
    this.#contexts.clear();
    this.#limits.clear();
    for (const [, history] of this.#histories) history.most = undefined;
  }

  /** The lanes of a model, and what they have spared. */
  report(model: string): LaneReport {
    const facts = this.#facts(model);
    const { reloads = 0, avoided = 0 } = this.#histories.get(model) ?? {};
    return {
      num_ctx: facts.size ?? null,
      lanes: this.#options.mode === "off" ? [] : lanesOf(facts),
      reloads,
      reloads_avoided: avoided,
    };
  }

  #ready(model: string, asked: number | undefined): Promise<void> | undefined {
    if (asked === undefined) return undefined;
    const state = this.#contexts.of(model);
    const size = state?.size;
    if (size !== undefined && asked <= size) return undefined;
    const looks = state !== undefined && size === undefined && !state.isLookedUp;
    const asks = this.#sizesFor(model).length === 0 && !this.#limits.has(model);
    return looks || asks ? this.#findOut(model, looks ? state : undefined, asks) : undefined;
  }

  async #findOut(model: string, state: ModelState | undefined, asks: boolean): Promise<void> {
    if (state) {
      this.#looking ??= this.#options.look().finally(() => {
        this.#looking = undefined;
      });
      await this.#looking.catch(() => {});
      state.isLookedUp = true;
    }
    if (asks) await this.#limits.ask(model);
  }

  #admits(model: string, asked: number | undefined, running: number): boolean {
    const { isLoading, isSure } = this.#options;
    if (asked === undefined) return true;
    if (isLoading(model)) return false;
    // What is to be loaded may be too small, and so may what nobody knows.
    const isKnown = isSure(model) && this.#contexts.of(model)?.size !== undefined;
    return running === 0 || (isKnown && this.#holds(model, asked));
  }

  #holds(model: string, asked: number | undefined): boolean {
    if (asked === undefined) return true;
    const facts = this.#facts(model);
    if (facts.size === undefined) return true;
    return laneFor(asked, facts) === facts.size;
  }

  #begin(model: string, request: LaneRequest): ReturnType<LaneRequest["begin"]> {
    const { asked, own, use } = request;
    const state = this.#contexts.of(model);
    // Of a model that is not there nothing is remembered: clients name any number of them.
    if (state) this.#count(model, request);
    const isKnown = state !== undefined && (state.size !== undefined || asked === undefined);
    const used = isKnown ? state.size : laneFor(asked, this.#facts(model));
    const context = asked === undefined || used === undefined ? undefined : { asked, used };
    if (!isKnown) return { options: withContext(this.#others(model, request), used), context };
    if (use === "pinned") return { options: state.options, context };
    // A client's own body keeps its other options, and says a size where it had one.
    const size = state.options?.["num_ctx"] ?? (asked === undefined ? undefined : used);
    return { options: withContext(own, size), context };
  }

  /** Counts what Ollama would have done for a request: it compares with the request before. */
  #count(model: string, { own, hasLoaded }: LaneRequest): void {
    const history = this.#historyOf(model);
    const { before } = history;
    history.before = { own };
    if (!before || hasLoaded || sameLoadOptions(before.own, own)) return;
    history.avoided += 1;
    this.#avoided += 1;
  }

  /** The load options of a request beside the context: the loaded model's, where they are pinned. */
  #others(model: string, { own, use }: LaneRequest): LoadOptions {
    const state = use === "pinned" ? this.#contexts.of(model) : undefined;
    return state ? state.options : own;
  }

  #facts(model: string): LaneFacts {
    const state = this.#contexts.of(model);
    const size = state?.size;
    const said = state?.options?.["num_ctx"];
    // The server gives no more than a model can have: more need not be tried.
    const isCut = typeof said === "number" && size !== undefined && size < said;
    const most = this.#histories.get(model)?.most;
    const tried = most && this.#now() < most.until ? most.size : undefined;
    return {
      configured: this.#sizesFor(model),
      size,
      limits: this.#limits.of(model),
      most: isCut ? size : tried,
    };
  }

  #sizesFor(model: string): readonly number[] {
    return this.#configured.find(({ matches }) => matches(model))?.sizes ?? [];
  }

  #historyOf(model: string): ModelHistory {
    const known = this.#histories.get(model);
    if (known) return known;
    const fresh = { most: undefined, before: undefined, reloads: 0, avoided: 0 };
    this.#histories.set(model, fresh);
    return fresh;
  }
}

/** The context that a request asks for, in whole tokens; undefined where it asks for none. */
function askedContext(own: LoadOptions): number | undefined {
  const asked = own?.["num_ctx"];
  return typeof asked === "number" ? wholeTokens(asked) : undefined;
}

function withContext(options: LoadOptions, size: unknown): LoadOptions {
  const { num_ctx: _own, ...others } = options ?? {};
  const all = size === undefined ? others : { num_ctx: size, ...others };
  return Object.keys(all).length > 0 ? all : undefined;
}
