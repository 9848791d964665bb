import type { Settings } from "../../config/schema.ts";
import { AnswerCache, type KeptAnswer } from "../cache/answer-cache.ts";
import { CacheCounts } from "../cache/cache-counts.ts";
import { CachedRunner } from "../cache/cached-runner.ts";
import { normaliseExact } from "../cache/guard/guard.ts";
import { type RawAnswer, readRaw } from "../cache/raw-answer.ts";
import { ResponseCache } from "../cache/response-cache.ts";
import { Shadow } from "../cache/shadow/shadow.ts";
import { SimilarQuestions } from "../cache/similar-questions.ts";
import { answerText } from "../cache/stored-answer.ts";
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
  /** For routes that keep answers of their own shape; undefined when the cache is off. */
  answers: AnswerCache | undefined;
  shadow: Pick<Shadow, "report"> | undefined;
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
    settings.responseCacheSemantic !== "off" ? composeSimilar(parts, counts) : undefined;
  const cache = new ResponseCache({
    ...limits,
    ttlMs: settings.responseCacheTtlMs,
    normalise: normaliseExact,
    onRemove: (entry) => similar?.remove(entry),
  });
  const shadow =
    settings.responseCacheSemantic === "shadow"
      ? new Shadow({ textOf, vectorOf: vectorsOf(parts), onFault: faultsOf(parts) })
      : undefined;
  const answers = new AnswerCache({
    cache,
    counts,
    digestOf: (model) => catalog.digestOf(model),
    similar,
    shadow,
    keepsSampled: settings.responseCacheSampled,
  });
  return {
    ...(settings.responseCacheEnabled
      ? { runner: new CachedRunner({ runner, answers }), answers, shadow }
      : { runner, answers: undefined, shadow: undefined }),
    stats: () => ({
      enabled: settings.responseCacheEnabled,
      entries: cache.size,
      max_entries: limits.maxEntries,
      bytes: cache.bytes,
      max_bytes: limits.maxBytes,
      ...counts.stats(),
    }),
    drop: (which) => {
      shadow?.drop(which);
      return cache.drop(which);
    },
  };
}

/**
 * The embedding model of the cache, whatever model answers: it comes with the project, and the
 * guard's similarities were measured with it.
 */
const CACHE_MODEL = "all-minilm";

function vectorsOf({ embedder }: CacheParts) {
  return async (text: string, tenant: string, signal: AbortSignal): Promise<Float32Array> => {
    const wanted = { model: CACHE_MODEL, tenant, signal, direct: true };
    const [vector] = (await embedder.embed([text], wanted)).vectors;
    if (!vector) throw new ServiceError("upstream_unavailable", "There was no vector");
    return vector;
  };
}

function faultsOf({ logs }: CacheParts) {
  return (err: unknown): void => logs.service.warn({ err }, "a question could not be compared");
}

function composeSimilar(parts: CacheParts, counts: CacheCounts): SimilarQuestions {
  return new SimilarQuestions({
    vectorOf: vectorsOf(parts),
    thread: parts.similarity,
    counts,
    threshold: parts.settings.responseCacheThreshold,
    onFault: faultsOf(parts),
  });
}

/** The text of an answer as it is kept, in either shape. */
function textOf(answer: KeptAnswer): string {
  return answerText("body" in answer ? readRaw(answer as RawAnswer) : answer);
}
