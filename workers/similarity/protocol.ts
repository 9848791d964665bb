/** An entry that is near to the vector of a search. */
export interface Match {
  id: number;
  /**
   * The cosine, from -1 to 1. In the index of a large space it is computed in half precision:
   * within 0.0001 of the exact one.
   */
  similarity: number;
}

/** A document and how near it is to the query. */
export interface Ranked {
  index: number;
  /** The cosine, rounded to 6 decimals. */
  score: number;
}

/**
 * A failure as data.
 * - `unknown_space`: the thread does not have the whole space. It was never loaded, was lost with a
 *   thread that died, or was given up since more of its index was removed than not (once for as
 *   many removals as it has entries, and thousands). The owner of the entries loads them again.
 * - `bad_vector`: a vector has another length than the others of the space, holds a number that is
 *   not finite, or is all zeros. Nothing was changed.
 */
export interface Refused {
  ok: false;
  reason: "unknown_space" | "bad_vector";
}

export interface Done {
  ok: true;
}

export interface Found {
  ok: true;
  /** Nearest first; equally near ones by id. */
  matches: Match[];
}

/** The state of the thread. */
export interface SimilarityStats {
  spaces: number;
  entries: number;
  /** Entries in an index; the others are scanned one by one. */
  indexed: number;
}

/**
 * The tasks of the similarity thread: name → what goes in and what comes out. Types only.
 * Vectors are of any length other than 0 and need not be normalised. Ids are whole numbers from
 * 0 to Number.MAX_SAFE_INTEGER, and the caller's own.
 */
export interface SimilarityTasks {
  /** The best `count` of the documents by their cosine with the query. */
  rank: {
    /**
     * The documents are stored one after the other, each as long as the query. All are unit
     * vectors.
     */
    input: { query: Float32Array; documents: Float32Array; count: number };
    output: Ranked[];
  };
  /** Creates a space of these entries, and replaces one of the same name. */
  load: {
    /**
     * The vectors are stored one after the other in the order of the ids; both may be empty. With
     * `more` the space is unknown until the last part has arrived. After `bad_vector` loading
     * starts anew.
     */
    input: { space: string; ids: number[]; vectors: Float32Array; more: boolean };
    output: Done | Refused;
  };
  /** Adds an entry, or replaces its vector. */
  add: {
    input: { space: string; id: number; vector: Float32Array };
    output: Done | Refused;
  };
  /** Removes entries; unknown ids are ignored. */
  remove: { input: { space: string; ids: number[] }; output: Done | Refused };
  /** Removes a space. */
  drop: { input: { space: string }; output: Done };
  /** The nearest `count` entries with at least this similarity. */
  search: {
    input: { space: string; vector: Float32Array; count: number; atLeast: number };
    output: Found | Refused;
  };
  stats: { input: undefined; output: SimilarityStats };
}

export type SimilarityTask = keyof SimilarityTasks;
