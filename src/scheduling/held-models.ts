import { deferred } from "../runtime/deferred.ts";
import type { Signal } from "../runtime/light-signal.ts";
import { unlessAborted } from "../runtime/unless-aborted.ts";

/** Models whose requests wait, whatever place is free: they are about to leave memory. */
export class HeldModels {
  readonly #held = new Set<string>();
  /** To be called when nothing runs on a model any more. */
  readonly #draining = new Map<string, () => void>();
  readonly #onRelease: () => void;

  /** @param onRelease called when requests for a model may go again. */
  constructor(onRelease: () => void) {
    this.#onRelease = onRelease;
  }

  /** Whether the requests of a model wait. */
  has(model: string): boolean {
    return this.#held.has(model);
  }

  /** Keeps the requests of a model waiting. @returns what ends that. */
  hold(model: string): () => void {
    this.#held.add(model);
    return () => {
      this.#held.delete(model);
      this.#onRelease();
    };
  }

  /**
   * The same, and waits until those that run have ended.
   * @param isRunning whether any do.
   * @returns as `hold`. Rejects with the signal's reason, and holds nothing then.
   */
  async drain(model: string, isRunning: boolean, signal: Signal): Promise<() => void> {
    const release = this.hold(model);
    try {
      if (isRunning) {
        const ended = deferred<void>();
        this.#draining.set(model, ended.resolve);
        await unlessAborted(ended.promise, signal);
      }
      return release;
    } catch (err) {
      release();
      throw err;
    } finally {
      this.#draining.delete(model);
    }
  }

  /** Nothing runs on a model any more. */
  ranDry(model: string): void {
    this.#draining.get(model)?.();
  }
}
