import type { Tinypool } from "tinypool";

type Thread = Tinypool["threads"][number];

/** A thread that takes longer to load what it runs is stuck, and ended all the same. */
const LOADED_WITHIN_MS = 5000;

/**
 * The threads of a pool, from their start to their end. None is ended while it loads what it runs: a
 * native module that is loaded into a thread that ends takes the whole process with it on Bun.
 */
export class PoolThreads {
  readonly #pool: Tinypool;
  readonly #onStart: ((thread: Thread) => void) | undefined;
  readonly #seen = new WeakSet<Thread>();
  readonly #loading = new Map<Thread, Promise<void>>();

  /** @param onStart told of each thread. */
  constructor(pool: Tinypool, onStart?: (thread: Thread) => void) {
    this.#pool = pool;
    this.#onStart = onStart;
  }

  /** Notices new threads; to be called whenever the pool was given a task, since that starts them. */
  notice(): void {
    for (const thread of this.#pool.threads) {
      if (this.#seen.has(thread)) continue;
      this.#seen.add(thread);
      const loaded = hasLoaded(thread).then(() => void this.#loading.delete(thread));
      this.#loading.set(thread, loaded);
      this.#onStart?.(thread);
    }
  }

  /** Ends all, whatever they are doing, and settles when they have ended. */
  async end(): Promise<void> {
    if (this.#loading.size > 0) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise((resolve) => (timer = setTimeout(resolve, LOADED_WITHIN_MS)));
      await Promise.race([Promise.all(this.#loading.values()), late]);
      clearTimeout(timer);
    }
    const ended = this.#pool.threads.map((thread) => thread.terminate());
    // Tinypool alone would wait for ever for a thread that has ended by itself.
    await Promise.race([this.#pool.destroy(), Promise.all(ended)]);
  }
}

/** Settles with a thread's first message, which says that it has loaded, or when it has failed. */
function hasLoaded(thread: Thread): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => resolve();
    thread.once("message", settle);
    thread.once("error", settle);
    thread.once("exit", settle);
  });
}
