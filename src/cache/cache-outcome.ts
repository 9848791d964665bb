import type { CacheState } from "../../workers/request-store/cache-states.ts";

/** What the response cache had to do with a request. */
export interface CacheOutcome {
  state: CacheState;
  /** Age of the answer, whole seconds. */
  ageSec?: number;
  /** Cosine of the question and the one that was answered. */
  similarity?: number;
  /** What the answer took when it was made; of a hit. */
  savedMs?: number;
}
