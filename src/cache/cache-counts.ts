/** What the cache did since start, for its statistics. */
export class CacheCounts {
  misses = 0;
  bypasses = 0;
  /** Requests that read another's run instead of starting one. */
  shared = 0;
  readonly #hits = { exact: 0, similar: 0 };
  readonly #notStored = new Map<string, number>();
  readonly #refused = new Map<string, number>();
  readonly #notCompared = new Map<string, number>();
  #savedMs = 0;

  /** An answer was served. @param savedMs milliseconds that its run took. */
  hit(kind: "exact" | "similar", savedMs: number): void {
    this.#hits[kind] += 1;
    this.#savedMs += savedMs;
  }

  /** An answer was not kept. */
  notStored(reason: string): void {
    countOne(this.#notStored, reason);
  }

  /** The paraphrase judge has refused a similar question. */
  refused(rule: string): void {
    countOne(this.#refused, rule);
  }

  /** A question could not be compared with those that are kept. */
  notCompared(reason: string): void {
    countOne(this.#notCompared, reason);
  }

  /** As `GET /api/v1/cache/stats` shows them. */
  stats() {
    return {
      hits_exact: this.#hits.exact,
      hits_similar: this.#hits.similar,
      misses: this.misses,
      bypasses: this.bypasses,
      shared: this.shared,
      refused: Object.fromEntries(this.#refused),
      not_compared: Object.fromEntries(this.#notCompared),
      not_stored: Object.fromEntries(this.#notStored),
      saved_seconds: Math.round(this.#savedMs) / 1000,
    };
  }
}

function countOne(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
