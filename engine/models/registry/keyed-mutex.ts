import { orAbort } from "../../abort.ts";

/** One piece of work at a time for each key. Waiting ends when the signal aborts. */
export class KeyedMutex {
  readonly #last = new Map<string, Promise<void>>();

  /** Runs `work` when all earlier work under this key has ended, however it ended. */
  async run<T>(key: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve();
    let done = () => {};
    const mine = new Promise<void>((resolve) => {
      done = resolve;
    });
    const both = before.then(() => mine);
    this.#last.set(key, both);
    void both.then(() => {
      if (this.#last.get(key) === both) this.#last.delete(key);
    });
    try {
      await orAbort(before, signal);
      return await work();
    } finally {
      done();
    }
  }
}
