import QuickLRU from "quick-lru";

interface BoundedLruOptions<T> {
  /** Values that are kept. */
  maxSize: number;
  /** The memory they may take. */
  maxBytes: number;
  /** How long a value is kept. Default: for ever. */
  ttlMs?: number;
  /** The memory of a value. */
  bytesOf: (value: T) => number;
}

/** The numbers of a cache; counts are since start. */
export interface LruStats {
  size: number;
  max_size: number;
  hits: number;
  misses: number;
  hit_rate: number;
}

/** The share evicted at a time: to evict one value costs as much as to evict many. */
const EVICTED_SHARE = 0.1;

/** The most recently used values by key, bounded by number and by memory. */
export class BoundedLru<T> {
  readonly #options: BoundedLruOptions<T>;
  readonly #values: QuickLRU<string, T>;
  #bytes = 0;
  #hits = 0;
  #misses = 0;

  constructor(options: BoundedLruOptions<T>) {
    this.#options = options;
    const { maxSize, ttlMs: maxAge = Infinity, bytesOf } = options;
    const onEviction = (_key: string, value: T): void => {
      this.#bytes -= bytesOf(value);
    };
    this.#values = new QuickLRU({ maxSize, maxAge, onEviction });
  }

  /** Memory of the values, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The value under a key. The caller counts the lookup: a miss may still be a hit elsewhere. */
  get(key: string): T | undefined {
    return this.#values.get(key);
  }

  /** Counts a lookup. */
  count(isHit: boolean): void {
    if (isHit) this.#hits += 1;
    else this.#misses += 1;
  }

  /** Keeps a value, unless it is larger than the whole cache; one that is there already stays. */
  set(key: string, value: T): void {
    const { maxBytes, bytesOf } = this.#options;
    if (this.#values.has(key) || bytesOf(value) > maxBytes) return;
    this.#bytes += bytesOf(value);
    this.#values.set(key, value);
    while (this.#bytes > maxBytes) this.#values.evict(Math.ceil(this.#values.size * EVICTED_SHARE));
  }

  /** Size, bound, hits and misses. */
  stats(): LruStats {
    const lookups = this.#hits + this.#misses;
    return {
      size: this.#values.size,
      max_size: this.#options.maxSize,
      hits: this.#hits,
      misses: this.#misses,
      hit_rate: lookups === 0 ? 0 : Math.round((this.#hits / lookups) * 1000) / 1000,
    };
  }
}
