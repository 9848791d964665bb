import { type SettingGroup, bool, int, MIB } from "../setting-types.ts";

/** The cache of embedding vectors. */
export const EMBEDDING_CACHE_SETTINGS = {
  embeddingCacheEnabled: bool({
    env: "EMBEDDING_CACHE_ENABLED",
    fallback: true,
    about: "Keep the vectors of texts, so that a text is computed once for a model.",
  }),
  embeddingCacheMaxSize: int({
    env: "EMBEDDING_CACHE_MAX_SIZE",
    fallback: 10_000,
    min: 1,
    max: 1_000_000,
    about: "Vectors that are kept in memory.",
  }),
  embeddingCacheMaxBytes: int({
    env: "EMBEDDING_CACHE_MAX_BYTES",
    fallback: 64 * MIB,
    min: MIB,
    max: 16_384 * MIB,
    about: "Memory that kept vectors may take; one of all-minilm takes 1.8 KB.",
  }),
} satisfies SettingGroup;
