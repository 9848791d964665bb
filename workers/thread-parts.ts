import { ServiceError } from "../src/errors/service-error.ts";
import type { ThreadCalls } from "./thread-calls.ts";

type Tasks<T> = { [K in keyof T]: { input: unknown; output: unknown } };

/** A thread's calls, whatever its tasks are. */
interface Calls {
  run(name: string, input: unknown): Promise<unknown>;
  destroy(): Promise<void>;
}

/**
 * One thread that several parts of the service share, each with tasks of its own. A part that has
 * ended leaves the thread to the others; the thread ends with the last of them.
 */
export class ThreadParts {
  readonly #calls: Calls;
  #left = 0;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  /** @param prefix what the thread has before the names of the part's tasks, such as `runs` in `runsWrite`. */
  part<T extends Tasks<T>>(prefix: string = ""): Pick<ThreadCalls<T>, "run" | "destroy"> {
    this.#left += 1;
    const pending = new Set<(err: Error) => void>();
    let ending: Promise<void> | undefined;
    const ask = (name: string, input: unknown): Promise<unknown> =>
      new Promise((resolve, reject) => {
        if (ending) return reject(shuttingDown());
        pending.add(reject);
        this.#calls
          .run(prefixed(prefix, name), input)
          .then(resolve, reject)
          .finally(() => pending.delete(reject));
      });
    return {
      run: (name, input) => ask(name, input),
      destroy: () => {
        ending ??= this.#leave(pending);
        return ending;
      },
    };
  }

  async #leave(pending: ReadonlySet<(err: Error) => void>): Promise<void> {
    for (const reject of pending) reject(shuttingDown());
    this.#left -= 1;
    if (this.#left === 0) await this.#calls.destroy();
  }
}

function prefixed(prefix: string, name: string): string {
  return prefix === "" ? name : `${prefix}${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

function shuttingDown(): ServiceError {
  return new ServiceError("shutting_down", "The service is stopping");
}
