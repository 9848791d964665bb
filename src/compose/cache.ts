import type { Signal } from "../runtime/light-signal.ts";
import { AnswerCache } from "../cache/answer-cache.ts";
import type { KeptAnswer } from "../cache/run-outcome.ts";
import { CacheCounts } from "../cache/cache-counts.ts";
import { CachedRunner } from "../cache/cached-runner.ts";
import { normaliseExact } from "../cache/paraphrase/judge.ts";
import { type RawAnswer, readRaw } from "../cache/raw-answer.ts";
import { ResponseCache } from "../cache/response-cache.ts";
import { Shadow } from "../cache/shadow/shadow.ts";
import { SimilarQuestions, type TextVector } from "../cache/similar-questions.ts";
import type { ReadEntry } from "../cache/store/stored-rows.ts";
import { textOf } from "../inference/answer-text.ts";
import type { Embedder } from "../embeddings/embedder.ts";
import { ServiceError } from "../errors/service-error.ts";
import type { StrictRunner } from "../schemas/strict-runner.ts";
import type { Upstream } from "../hosts/upstream.ts";
import type { ModelCatalog } from "../models/catalog.ts";
import type { Part } from "../runtime/lifecycle.ts";
import type { SimilarityThread } from "../../workers/similarity/client.ts";
import type { Base } from "./base.ts";
import { composeResponseStore, storePart } from "./response-store.ts";

interface CacheParts extends Base {
  runner: StrictRunner;
  catalog: Pick<ModelCatalog, "digestOf">;
  upstream: Pick<Upstream, "version">;
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
  /** How many answers are kept, and the memory that they take. */
  kept: () => { entries: number; bytes: number };
  /** As ResponseCache.drop, on disk too. @throws ServiceError where that cannot be done. */
  drop: (which: Parameters<ResponseCache["drop"]>[0]) => Promise<number>;
  /** What is to be started and stopped of it. */
  parts: Part[];
}

/** Puts the response cache in front of a runner, if it is on. */
export function composeCache(parts: CacheParts): ResponseCaching {
  const { settings, runner, catalog } = parts;
  const limits = {
    maxEntries: settings.responseCacheMaxEntries,
    maxBytes: settings.responseCacheMaxBytes,
  };
  const counts = new CacheCounts();
  const store = composeResponseStore(parts, {
    onRead: (entries) => restoreEntries(entries, cache, similar),
    onReadAll: () => {
      cache.endRestore();
      similar?.endRestore();
    },
  });
  const similar =
    settings.responseCacheSemantic === "off"
      ? undefined
      : new SimilarQuestions({
          ...similarOptions(parts),
          counts,
          onVector: (entry, vector) => store?.vector(entry, vector),
          setVectorBytes: (entry, bytes) => cache.setVectorBytes(entry, bytes),
        });
  const cache = new ResponseCache({
    ...limits,
    ttlMs: settings.responseCacheTtlMs,
    normalise: normaliseExact,
    onStore: (entry) => store?.put(entry),
    onUse: (entry) => store?.use(entry),
    onRemove: (entry) => {
      similar?.remove(entry);
      store?.remove(entry);
    },
  });
  if (store) cache.beginRestore();
  const shadow =
    settings.responseCacheSemantic === "shadow"
      ? new Shadow({
          textOf: keptText,
          vectorOf: vectorsOf(parts, { mayTruncate: true }),
          onFault: faultsOf(parts),
        })
      : undefined;
  const answers = new AnswerCache({
    cache,
    counts,
    digestOf: (model) => catalog.digestOf(model),
    serverVersion: () => parts.upstream.version,
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
      persist: store?.stats() ?? { state: "off" },
    }),
    kept: () => ({ entries: cache.size, bytes: cache.bytes }),
    drop: async (which) => {
      shadow?.drop(which);
      const dropped = cache.drop(which);
      await store?.drop(which);
      return dropped;
    },
    parts: storePart(store, settings),
  };
}

/** Takes up entries of an earlier start. @returns the numbers of those that are not kept. */
function restoreEntries(
  entries: ReadEntry[],
  cache: ResponseCache,
  similar: SimilarQuestions | undefined,
): number[] {
  const kept = new Map(cache.restore(entries.map(({ saved }) => saved)).map((e) => [e.id, e]));
  for (const { saved, vector } of entries) {
    const entry = kept.get(saved.id);
    if (entry) similar?.restore(entry, vector);
  }
  return entries.flatMap(({ saved }) => (kept.has(saved.id) ? [] : [saved.id]));
}

/**
 * The embedding model of the cache, whatever model answers: it comes with the project, and the
 * guard's similarities were measured with it.
 */
export const CACHE_MODEL = "all-minilm";

/** @param mayTruncate whether the vector of a long text's beginning will do. */
function vectorsOf({ embedder }: CacheParts, { mayTruncate }: { mayTruncate: boolean }) {
  return async (text: string, tenant: string, signal: Signal): Promise<Float32Array> => {
    const wanted = { model: CACHE_MODEL, tenant, signal, mayTruncate, direct: true };
    const [vector] = (await embedder.embed([text], wanted)).vectors;
    if (!vector) throw new ServiceError("upstream_unavailable", "There was no vector");
    return vector;
  };
}

function faultsOf({ logs }: CacheParts) {
  return (err: unknown): void => logs.service.warn({ err }, "a question could not be compared");
}

function similarOptions(parts: CacheParts) {
  // Questions that differ in their ends only have the same beginning.
  const vectorOf = vectorsOf(parts, { mayTruncate: false });
  return {
    vectorOf: async (text: string, tenant: string, signal: Signal): Promise<TextVector> => {
      const model = await parts.catalog.digestOf(CACHE_MODEL);
      if (model === undefined) {
        throw new ServiceError("model_not_found", `model '${CACHE_MODEL}' not found`);
      }
      return { model, values: await vectorOf(text, tenant, signal) };
    },
    thread: parts.similarity,
    threshold: parts.settings.responseCacheThreshold,
    onFault: faultsOf(parts),
  };
}

/** The text of an answer as it is kept, in either shape. */
function keptText(answer: KeptAnswer): string {
  return textOf("body" in answer ? readRaw(answer as RawAnswer) : answer);
}
