import { BoundedLru, type LruStats } from "../runtime/bounded-lru.ts";
import type { Signal } from "../runtime/light-signal.ts";
import { SharedWork } from "../runtime/shared-work.ts";

/** The cache's numbers; counts are since start. */
export type ImageCacheStats = LruStats;

/**
 * Results of compressions by content and parameters, bounded by number and by memory. What is
 * being made is made once.
 */
export class ImageCache<T> {
  readonly #results: BoundedLru<T>;
  readonly #jobs = new Map<string, SharedWork<T>>();

  constructor(options: ConstructorParameters<typeof BoundedLru<T>>[0] & { ttlMs: number }) {
    this.#results = new BoundedLru(options);
  }

  /**
   * The result for a key: kept, awaited from another request, or made now.
   * @param make cancelled when the last waiter has left. Failures are not kept.
   * @throws what `make` throws, or the signal's reason.
   */
  async get(
    key: string,
    signal: Signal,
    make: (signal: Signal) => Promise<T>,
  ): Promise<{ value: T; cached: boolean }> {
    signal.throwIfAborted();
    const kept = this.#results.get(key);
    const underWay = kept === undefined ? this.#jobs.get(key) : undefined;
    const cached = kept !== undefined || underWay !== undefined;
    this.#results.count(cached);
    return { value: kept ?? (await (underWay ?? this.#start(key, make)).wait(signal)), cached };
  }

  /** Size, bound, hits and misses. */
  stats(): ImageCacheStats {
    return this.#results.stats();
  }

  #start(key: string, make: (signal: Signal) => Promise<T>): SharedWork<T> {
    const job: SharedWork<T> = new SharedWork({
      start: async (signal) => {
        const result = await make(signal);
        // A cancelled job that was finished all the same may have kept it already.
        this.#results.set(key, result);
        return result;
      },
      onClose: () => {
        if (this.#jobs.get(key) === job) this.#jobs.delete(key);
      },
    });
    this.#jobs.set(key, job);
    return job;
  }
}
