/**
 * What the response cache had to do with requests. The store has the places in this list as numbers:
 * it only grows.
 */
export const CACHE_STATES = ["MISS", "BYPASS", "HIT-EXACT", "HIT-SEMANTIC"] as const;

/** What the response cache had to do with a request. */
export type CacheState = (typeof CACHE_STATES)[number];
