import QuickLRU from "quick-lru";

/** Of so many loads of a model the shortest counts. */
const REMEMBERED = 5;

/** Clients can make models. */
const MAX_MODELS = 100;

/** What a load is taken to last before there was any: a few gigabytes from a disk. */
const UNKNOWN_MS = 5000;

/**
 * How long models take to load, as their last loads did. A load is measured from the call to its
 * answer, so with what the server waits for the requests that still run on the model that leaves:
 * the shortest of a few is the one that waited least.
 */
export class LoadTimes {
  readonly #known = new QuickLRU<string, number[]>({ maxSize: MAX_MODELS });
  #lastMs = UNKNOWN_MS;

  /** Whether no load has been seen yet. */
  get isEmpty(): boolean {
    return this.#known.size === 0;
  }

  /** Milliseconds that a model takes; of one that was never loaded, what another one took. */
  of(model: string): number {
    return Math.min(...(this.#known.get(model) ?? [this.#lastMs]));
  }

  /** A model (canonical name) was loaded, which took so many milliseconds. */
  learn(model: string, tookMs: number): void {
    this.#known.set(model, [...(this.#known.get(model) ?? []), tookMs].slice(-REMEMBERED));
    this.#lastMs = this.of(model);
  }
}
