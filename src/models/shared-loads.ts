import type { Signal } from "../runtime/light-signal.ts";
import { isLargeEnough, isSameLoad, type LoadHints } from "./load-hints.ts";

interface SharedLoadsOptions {
  /** Loads a model. @returns how long that took, in milliseconds. */
  load: (model: string, hints: LoadHints) => Promise<number>;
  /** Whether a model is in memory, as far as known. */
  isLoaded: (model: string) => boolean;
  /** Called before a model is loaded again, since the load that was waited for did not do. */
  onBegin: (model: string) => void;
  /** Called when a load has failed, before its waiters are told. */
  onFailure: (model: string, hints: LoadHints, err: Error) => void;
  /** Called when a load has ended, unless all were forgotten meanwhile. */
  onEnd: (model: string) => void;
  /** Called after that, in any case. */
  onChange: () => void;
}

/** A load under way. */
interface Load {
  hints: LoadHints;
  /** As `join` has it. */
  result: Promise<number>;
}

/**
 * The loads of models that are under way. A load is a call of the service's own: requests share it,
 * and it goes on when they leave.
 */
export class SharedLoads {
  readonly #options: SharedLoadsOptions;
  readonly #loads = new Map<string, Load>();

  constructor(options: SharedLoadsOptions) {
    this.#options = options;
  }

  /** Whether a model (canonical name) is being loaded. */
  has(model: string): boolean {
    return this.#loads.has(model);
  }

  /** Whether any model is being loaded. */
  get isAny(): boolean {
    return this.#loads.size > 0;
  }

  /**
   * Waits for the load of a model, which begins now where none is under way.
   * @param signal of the request. Its abort ends no load, but none is begun for it any more.
   * @returns milliseconds that the load took.
   * @throws what `load` throws, to all who wait for it.
   */
  join(model: string, hints: LoadHints, signal?: Signal): Promise<number> {
    const running = this.#loads.get(model);
    if (running && isSameLoad(running.hints, hints)) return running.result;
    if (running) return this.#afterOther(running, model, hints, signal);
    const { onFailure, onEnd, onChange } = this.#options;
    // After a reset another one may be under way when it ends.
    const load: Load = {
      hints,
      result: this.#options
        .load(model, hints)
        .catch((err: Error) => {
          if (this.#loads.get(model) === load) onFailure(model, hints, err);
          throw err;
        })
        .finally(() => {
          if (this.#loads.get(model) === load) {
            this.#loads.delete(model);
            onEnd(model);
          }
          onChange();
        }),
    };
    this.#loads.set(model, load);
    return load.result;
  }

  /** Forgets the loads under way. Whoever waits for one is told how it ends. */
  clear(): void {
    this.#loads.clear();
  }

  /** Waits for a load of another kind; where that does not bring the model in, one's own may. */
  #afterOther({ result }: Load, model: string, hints: LoadHints, signal?: Signal): Promise<number> {
    const tryOwn = (): Promise<number> => {
      signal?.throwIfAborted();
      this.#options.onBegin(model);
      return this.join(model, hints, signal);
    };
    return result.then(
      (tookMs) => (this.#options.isLoaded(model) && isLargeEnough(hints) ? tookMs : tryOwn()),
      tryOwn,
    );
  }
}
