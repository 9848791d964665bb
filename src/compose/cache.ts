import type { Settings } from "../../config/schema.ts";
import { CacheCounts } from "../cache/cache-counts.ts";
import { CachedRunner } from "../cache/cached-runner.ts";
import { normaliseExact } from "../cache/guard/guard.ts";
import { ResponseCache } from "../cache/response-cache.ts";
import { SimilarQuestions } from "../cache/similar-questions.ts";
import type { Embedder } from "../embeddings/embedder.ts";
import { ServiceError } from "../errors/service-error.ts";
import type { InferenceRunner } from "../inference/runner.ts";
import type { ModelCatalog } from "../models/catalog.ts";
import type { SimilarityThread } from "../similarity/similarity-thread.ts";
import type { LogFiles } from "../telemetry/service-log.ts";

interface CacheParts {
  settings: Settings;
  logs: LogFiles;
  runner: InferenceRunner;
  catalog: Pick<ModelCatalog, "digestOf">;
  embedder: Embedder;
  similarity: SimilarityThread;
}

/** The response cache: a runner that asks it first, and what operators see and do. */
export interface ResponseCaching {
  runner: Pick<CachedRunner, "answer" | "stream">;
  stats: () => Record<string, unknown>;
  drop: ResponseCache["drop"];
}

/** Puts the response cache in front of a runner, if it is on. */
export function composeCache(parts: CacheParts): ResponseCaching {
  const { settings, runner, catalog } = parts;
  const limits = {
    maxEntries: settings.responseCacheMaxEntries,
    maxBytes: settings.responseCacheMaxBytes,
  };
  const counts = new CacheCounts();
  const similar =
    settings.responseCacheSemantic === "on" ? composeSimilar(parts, counts) : undefined;
  const cache = new ResponseCache({
    ...limits,
    ttlMs: settings.responseCacheTtlMs,
    normalise: normaliseExact,
    onRemove: (entry) => similar?.remove(entry),
  });
  const cached = new CachedRunner({
    runner,
    cache,
    counts,
    digestOf: (model) => catalog.digestOf(model),
    similar,
    keepsSampled: settings.responseCacheSampled,
  });
  return {
    runner: settings.responseCacheEnabled ? cached : runner,
    stats: () => ({
      enabled: settings.responseCacheEnabled,
      entries: cache.size,
      max_entries: limits.maxEntries,
      bytes: cache.bytes,
      max_bytes: limits.maxBytes,
      ...counts.stats(),
    }),
    drop: (which) => cache.drop(which),
  };
}

/**
 * The embedding model of the cache, whatever model answers: it comes with the project, and the
 * guard's similarities were measured with it.
 */
const CACHE_MODEL = "all-minilm";

function composeSimilar(
  { settings, logs, embedder, similarity }: CacheParts,
  counts: CacheCounts,
): SimilarQuestions {
  return new SimilarQuestions({
    vectorOf: async (text, tenant, signal) => {
      const wanted = { model: CACHE_MODEL, tenant, signal, direct: true };
      const [vector] = (await embedder.embed([text], wanted)).vectors;
      if (!vector) throw new ServiceError("upstream_unavailable", "There was no vector");
      return vector;
    },
    thread: similarity,
    counts,
    threshold: settings.responseCacheThreshold,
    onFault: (err) => logs.service.warn({ err }, "a question could not be compared"),
  });
}
