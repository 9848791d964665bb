import type { Signal } from "../runtime/light-signal.ts";
import QuickLRU from "quick-lru";
import { SharedWork } from "../runtime/shared-work.ts";

interface ImageCacheOptions<T> {
  /** Results that are kept. */
  maxSize: number;
  /** The memory they may take. */
  maxBytes: number;
  ttlMs: number;
  /** What a result takes. */
  bytesOf: (result: T) => number;
}

/** The cache's numbers; counts are since start. */
export interface ImageCacheStats {
  size: number;
  max_size: number;
  hits: number;
  misses: number;
  hit_rate: number;
}

/** The share evicted at a time: to evict one costs as much as to evict many. */
const EVICTED_SHARE = 0.1;

/**
 * Results of compressions by content and parameters, bounded by number and by memory. What is
 * being made is made once.
 */
export class ImageCache<T> {
  readonly #options: ImageCacheOptions<T>;
  readonly #results: QuickLRU<string, T>;
  readonly #jobs = new Map<string, SharedWork<T>>();
  #bytes = 0;
  #hits = 0;
  #misses = 0;

  constructor(options: ImageCacheOptions<T>) {
    this.#options = options;
    this.#results = new QuickLRU({
      maxSize: options.maxSize,
      maxAge: options.ttlMs,
      onEviction: (_key, result) => {
        this.#bytes -= options.bytesOf(result);
      },
    });
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
    if (kept !== undefined) {
      this.#hits += 1;
      return { value: kept, cached: true };
    }
    const underWay = this.#jobs.get(key);
    if (underWay) this.#hits += 1;
    else this.#misses += 1;
    const job = underWay ?? this.#start(key, make);
    return { value: await job.wait(signal), cached: underWay !== undefined };
  }

  /** Size, bound, hits and misses. */
  stats(): ImageCacheStats {
    const lookups = this.#hits + this.#misses;
    return {
      size: this.#results.size,
      max_size: this.#options.maxSize,
      hits: this.#hits,
      misses: this.#misses,
      hit_rate: lookups === 0 ? 0 : Math.round((this.#hits / lookups) * 1000) / 1000,
    };
  }

  #start(key: string, make: (signal: Signal) => Promise<T>): SharedWork<T> {
    const job: SharedWork<T> = new SharedWork({
      start: async (signal) => {
        const result = await make(signal);
        this.#keep(key, result);
        return result;
      },
      onClose: () => {
        if (this.#jobs.get(key) === job) this.#jobs.delete(key);
      },
    });
    this.#jobs.set(key, job);
    return job;
  }

  #keep(key: string, result: T): void {
    const { maxBytes, bytesOf } = this.#options;
    // A cancelled job that was finished all the same may have kept it already.
    if (this.#results.has(key) || bytesOf(result) > maxBytes) return;
    this.#bytes += bytesOf(result);
    this.#results.set(key, result);
    while (this.#bytes > maxBytes)
      this.#results.evict(Math.ceil(this.#results.size * EVICTED_SHARE));
  }
}
