import type { ModelUse } from "./model-use.ts";

interface IdleUnloaderOptions {
  /** As `FairQueue.hold`. */
  hold: (model: string) => (() => void) | undefined;
  /** As `FairQueue.drain`. */
  drain: (model: string, signal: AbortSignal) => Promise<(() => void) | undefined>;
  /** Whether a load of the model is under way. */
  isLoading: (model: string) => boolean;
  use: Pick<ModelUse, "of">;
  /** Has the server unload a model; settles when it has said so. @throws ServiceError. */
  unload: (model: string) => Promise<void>;
}

/** Unloads models under which no request runs; those that come meanwhile wait. */
export class IdleUnloader {
  readonly #options: IdleUnloaderOptions;

  constructor(options: IdleUnloaderOptions) {
    this.#options = options;
  }

  /** Unloads a model that has no work. @returns false where it has. @throws ServiceError. */
  unload(model: string): Promise<boolean> {
    return this.#unload(model, this.#options.hold(model));
  }

  /**
   * Gives a model no new work, and unloads it when what it has is done.
   * @returns false where it is being loaded, or unloaded by others.
   * @throws ServiceError; the signal's reason.
   */
  async unloadOnceIdle(model: string, signal: AbortSignal): Promise<boolean> {
    return this.#unload(model, await this.#options.drain(model, signal));
  }

  async #unload(model: string, release: (() => void) | undefined): Promise<boolean> {
    const { isLoading, use, unload } = this.#options;
    if (!release) return false;
    try {
      if (isLoading(model) || (use.of(model)?.running ?? 0) > 0) return false;
      await unload(model);
      return true;
    } finally {
      release();
    }
  }
}
