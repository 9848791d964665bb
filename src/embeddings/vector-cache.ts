import QuickLRU from "quick-lru";

/** The embedding of a text. */
export interface Embedding {
  /** A unit vector. It is shared: never written into, nor its memory handed over. */
  vector: Float32Array;
  /** Tokens of the text; where several were counted together its share by characters. */
  tokens: number;
}

interface VectorCacheOptions {
  /** Vectors that are kept. */
  maxSize: number;
  /** The memory they may take. */
  maxBytes: number;
}

/** The cache's numbers; counts are since start. */
export interface VectorCacheStats {
  size: number;
  max_size: number;
  bytes: number;
  hits: number;
  misses: number;
  hit_rate: number;
}

/** What a vector takes beside its numbers: key, entry and typed array. */
const OVERHEAD_BYTES = 256;

/** The share evicted at a time: to evict one costs as much as to evict many. */
const EVICTED_SHARE = 0.1;

/** The most recently used vectors of texts, bounded by number and by memory. */
export class VectorCache {
  readonly #options: VectorCacheOptions;
  readonly #kept: QuickLRU<string, Embedding>;
  #bytes = 0;
  #hits = 0;
  #misses = 0;

  constructor(options: VectorCacheOptions) {
    this.#options = options;
    this.#kept = new QuickLRU({
      maxSize: options.maxSize,
      onEviction: (_key, embedding) => {
        this.#bytes -= bytesOf(embedding);
      },
    });
  }

  /** The embedding under a key; counts a hit or a miss. */
  get(key: string): Embedding | undefined {
    const kept = this.#kept.get(key);
    if (kept) this.#hits += 1;
    else this.#misses += 1;
    return kept;
  }

  /** Keeps a vector; one that is kept already stays. */
  set(key: string, embedding: Embedding): void {
    if (this.#kept.has(key)) return;
    const { maxBytes } = this.#options;
    if (bytesOf(embedding) > maxBytes) return;
    this.#bytes += bytesOf(embedding);
    this.#kept.set(key, embedding);
    while (this.#bytes > maxBytes) this.#kept.evict(Math.ceil(this.#kept.size * EVICTED_SHARE));
  }

  /** Size, bounds, hits and misses. */
  stats(): VectorCacheStats {
    const lookups = this.#hits + this.#misses;
    return {
      size: this.#kept.size,
      max_size: this.#options.maxSize,
      bytes: this.#bytes,
      hits: this.#hits,
      misses: this.#misses,
      hit_rate: lookups === 0 ? 0 : Math.round((this.#hits / lookups) * 1000) / 1000,
    };
  }
}

function bytesOf({ vector }: Embedding): number {
  return vector.byteLength + OVERHEAD_BYTES;
}
