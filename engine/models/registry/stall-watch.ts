import { RegistryError } from "./errors.ts";

/** Ends a request in which nothing arrives for some time. */
export class StallWatch {
  readonly signal: AbortSignal;
  readonly #stall = new AbortController();
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #quietMs: number;

  constructor(quietMs: number, signal: AbortSignal) {
    this.#quietMs = quietMs;
    this.signal = AbortSignal.any([signal, this.#stall.signal]);
    this.#timer = setTimeout(() => this.#stall.abort(), quietMs);
  }

  /** Starts the time anew: something has arrived. */
  touch(): void {
    this.#timer.refresh();
  }

  /** Runs a request under the watch. @throws {RegistryError} when it went quiet. */
  async run<T>(request: (watch: this) => Promise<T>): Promise<T> {
    try {
      return await request(this);
    } catch (err) {
      if (!this.#stall.signal.aborted) throw err;
      const text = `no answer for ${this.#quietMs / 1_000} s`;
      throw new RegistryError(text, { retryable: true, cause: err });
    } finally {
      clearTimeout(this.#timer);
    }
  }
}
