import { type SettingGroup, bool, fraction, int, MIB, oneOf, seconds } from "../setting-types.ts";

/** The cache of answers. */
export const RESPONSE_CACHE_SETTINGS = {
  responseCacheEnabled: bool({
    env: "RESPONSE_CACHE_ENABLED",
    fallback: true,
    about: "Answers of the text routes of /api/v1 are kept, and served to the same question again.",
  }),
  responseCacheMaxEntries: int({
    env: "RESPONSE_CACHE_MAX_SIZE",
    fallback: 1000,
    min: 1,
    max: 100_000,
    about: "Answers that are kept.",
  }),
  responseCacheMaxBytes: int({
    env: "RESPONSE_CACHE_MAX_BYTES",
    fallback: 64 * MIB,
    min: MIB,
    max: 4096 * MIB,
    about: "Memory for kept answers, in bytes.",
  }),
  responseCacheTtlMs: seconds({
    env: "RESPONSE_CACHE_TTL_SECONDS",
    fallback: 3600,
    min: 60,
    max: 86_400,
    about: "How long an answer is kept.",
  }),
  responseCachePersist: bool({
    env: "RESPONSE_CACHE_PERSIST",
    fallback: false,
    about:
      "Keep the answers in data/response-cache.db too, so that they outlive a restart. Switched off again, the file stays as it is.",
  }),
  responseCacheSemantic: oneOf({
    env: "RESPONSE_CACHE_SEMANTIC",
    fallback: "on",
    values: ["on", "off", "shadow"],
    about:
      "Answer similar questions from the cache too, where the judge finds no difference in them. shadow: only compare what would have been answered with what the model answers.",
  }),
  responseCacheThreshold: fraction({
    env: "RESPONSE_CACHE_SIMILARITY_THRESHOLD",
    fallback: 0.8,
    about:
      'Cosine from which a question of another form may be answered alike ("how can I" like "how do I"). Below it, down to 0.5, only courtesy, contractions, typing errors and the place of "is" may differ.',
  }),
  responseCacheSampled: bool({
    env: "RESPONSE_CACHE_SAMPLED",
    fallback: true,
    about:
      "Keep answers that the model may give differently each time; false: only those with temperature 0 or a seed.",
  }),
} satisfies SettingGroup;
