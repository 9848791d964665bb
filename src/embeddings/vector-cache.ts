import { BoundedLru, type LruStats } from "../runtime/bounded-lru.ts";

/** The embedding of a text. */
export interface Embedding {
  /** A unit vector. It is shared: never written into, nor its memory handed over. */
  vector: Float32Array;
  /** Tokens of the text; where several were counted together its share by characters. */
  tokens: number;
}

/** The cache's numbers; counts are since start. */
export interface VectorCacheStats extends LruStats {
  bytes: number;
}

/** What a vector takes beside its numbers: key, entry and typed array. */
const OVERHEAD_BYTES = 256;

/** The most recently used vectors of texts, bounded by number and by memory. */
export class VectorCache {
  readonly #embeddings: BoundedLru<Embedding>;

  /** @param limits vectors that are kept, and the memory they may take. */
  constructor(limits: { maxSize: number; maxBytes: number }) {
    const bytesOf = ({ vector }: Embedding): number => vector.byteLength + OVERHEAD_BYTES;
    this.#embeddings = new BoundedLru({ ...limits, bytesOf });
  }

  /** The embedding under a key; counts a hit or a miss. */
  get(key: string): Embedding | undefined {
    const embedding = this.#embeddings.get(key);
    this.#embeddings.count(embedding !== undefined);
    return embedding;
  }

  /** Keeps an embedding; one that is kept already stays. */
  set(key: string, embedding: Embedding): void {
    this.#embeddings.set(key, embedding);
  }

  /** Size, bounds, hits and misses. */
  stats(): VectorCacheStats {
    return { ...this.#embeddings.stats(), bytes: this.#embeddings.bytes };
  }
}
