import QuickLRU from "quick-lru";
import { type LoadOptions, sameLoadOptions } from "../load-options.ts";
import { canonicalModel } from "../model-name.ts";
import { MAX_REMEMBERED } from "./max-remembered.ts";

/** A model in memory, as far as `/api/ps` tells of its context. */
export interface ListedContext {
  name: string;
  /** From Ollama 0.11 on. */
  context_length?: unknown;
}

/** What is known of a model that is, or was, in memory. */
export interface ModelState {
  /** What it was loaded with, word for word: the server compares that. */
  options: LoadOptions;
  /** Tokens of its context; undefined where nobody has told. */
  size: number | undefined;
  /** The size as the server's list had it last. */
  shown: number | undefined;
  /** When `options` came to be known. */
  since: number;
  /** It may be out of memory: a list that has it says that it is not. */
  isGone: boolean;
  /** The list was read to find out its size. */
  isLookedUp: boolean;
}

/** No model has a larger context; what clients ask is of any size. */
const MAX_TOKENS = 2 ** 31 - 1;

/** Tokens as servers count them: what clients ask for may be any number. */
export function wholeTokens(size: number): number {
  return Math.max(0, Math.min(Math.ceil(size), MAX_TOKENS));
}

/** What models are in memory with, as far as is known. All are named by their canonical names. */
export class LoadedContexts {
  readonly #now: () => number;
  readonly #onGone: (model: string) => void;
  readonly #states = new QuickLRU<string, ModelState>({ maxSize: MAX_REMEMBERED });

  /** @param options.onGone told of a model that may be out of memory. */
  constructor({ now, onGone }: { now: () => number; onGone: (model: string) => void }) {
    this.#now = now;
    this.#onGone = onGone;
  }

  /** A model was loaded with these options. */
  loaded(model: string, options: LoadOptions): void {
    const said = options?.["num_ctx"];
    this.#states.set(model, {
      options,
      size: typeof said === "number" ? wholeTokens(said) : undefined,
      shown: undefined,
      since: this.#now(),
      isGone: false,
      isLookedUp: false,
    });
  }

  /** What a model is in memory with; undefined where it is not, or nobody knows. */
  of(model: string): ModelState | undefined {
    const state = this.#states.get(model);
    return state?.isGone ? undefined : state;
  }

  /** A model has answered a request that was sent with these load options: it is loaded with them. */
  answered(model: string, options: LoadOptions): void {
    const state = this.#states.get(model);
    if (!state || !sameLoadOptions(state.options, options)) return this.loaded(model, options);
    state.isGone = false;
  }

  /**
   * The server's list of models in memory.
   * @param askedAt when it was asked, on the clock of `now`: what is known since is newer.
   */
  seen(listed: readonly ListedContext[], askedAt: number): void {
    const models = new Set(listed.map(({ name }) => canonicalModel(name)));
    for (const [model, state] of this.#states) {
      if (!models.has(model) && state.since <= askedAt) this.gone(model);
    }
    for (const { name, context_length: length } of listed) {
      const model = canonicalModel(name);
      const size = typeof length === "number" && length > 0 ? length : undefined;
      const state = this.#states.get(model);
      if (state && state.since > askedAt) continue;
      if (state) state.isGone = false;
      if (size === undefined) continue;
      const isAnother = state?.shown !== undefined && state.shown !== size;
      // Whoever has loaded it said this size, or left it to the server: it is the same to that.
      if (!state || isAnother) this.loaded(model, { num_ctx: size });
      const known = this.#states.get(model);
      if (known) Object.assign(known, { size, shown: size });
    }
  }

  /** A model may be out of memory. */
  gone(model: string): void {
    const state = this.#states.get(model);
    if (state) state.isGone = true;
    this.#onGone(model);
  }

  /** The server was replaced. */
  clear(): void {
    this.#states.clear();
  }
}
