import { awakeTimeout } from "./awake-timeout.ts";

/** A long-lived part of the service. `stop` is called once, also when `start` failed halfway. */
export interface Part {
  name: string;
  start?(): Promise<void> | void;
  stop(): Promise<void> | void;
  /** A part that has not stopped after this many milliseconds is left behind and reported. */
  stopDeadlineMs?: number;
}

const STOP_DEADLINE_MS = 5000;

interface LifecycleOptions {
  report: (message: string, error?: unknown) => void;
}

/**
 * Starts parts in order and stops them in reverse. A failed start stops what had started, then
 * throws the part's own error. `stop` is idempotent: all callers await the same stop.
 */
export class Lifecycle {
  readonly #parts: Part[];
  readonly #options: LifecycleOptions;
  readonly #started: Part[] = [];
  #stopping: Promise<void> | undefined;

  constructor(parts: Part[], options: LifecycleOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  /** True from the first call of `stop` on, or from a start's failure. */
  get isStopping(): boolean {
    return this.#stopping !== undefined;
  }

  /**
   * Starts the parts in order; a stop meanwhile leaves out those that are left.
   * @throws what a part throws, after those before it have stopped.
   */
  async start(): Promise<void> {
    for (const part of this.#parts) {
      if (this.isStopping) return;
      this.#started.push(part);
      try {
        await part.start?.();
      } catch (err) {
        await this.stop();
        throw err;
      }
    }
  }

  /** Stops what was started, in reverse; failures are reported. Never rejects. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  async #stopAll(): Promise<void> {
    for (const part of this.#started.toReversed()) await this.#stopOne(part);
  }

  async #stopOne(part: Part): Promise<void> {
    const { report } = this.#options;
    const { stopDeadlineMs = STOP_DEADLINE_MS } = part;
    let callOff = (): void => {};
    const late = new Promise<"late">((resolve) => {
      callOff = awakeTimeout(stopDeadlineMs, () => resolve("late"));
    });
    try {
      const outcome = await Promise.race([Promise.resolve(part.stop()), late]);
      if (outcome === "late") report(`${part.name} did not stop within ${stopDeadlineMs} ms`);
    } catch (err) {
      report(`${part.name} failed to stop`, err);
    } finally {
      callOff();
    }
  }
}
