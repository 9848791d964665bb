import type { Settings } from "../../config/schema.ts";
import { openSimilarityThread } from "../../workers/similarity/open-thread.ts";
import { embedCalls } from "../embeddings/embed-call.ts";
import { Embedder } from "../embeddings/embedder.ts";
import { VectorCache } from "../embeddings/vector-cache.ts";
import type { InferencePipeline } from "../inference/pipeline.ts";
import type { ModelCatalog } from "../models/catalog.ts";
import type { Deadlines } from "../runtime/deadlines.ts";
import { entryUrl } from "../runtime/paths.ts";
import { SimilarityThread } from "../../workers/similarity/client.ts";
import type { LogFiles } from "../logs/service-log.ts";
import { hardStops } from "./limits.ts";

interface EmbeddingParts {
  settings: Settings;
  pipeline: InferencePipeline;
  catalog: ModelCatalog;
  deadlines: Deadlines;
}

/** Builds what computes vectors of texts. */
export function composeEmbedder(parts: EmbeddingParts): Embedder {
  const { settings, pipeline, catalog, deadlines } = parts;
  return new Embedder({
    calls: {
      queued: embedCalls(pipeline, "withPlace"),
      direct: embedCalls(pipeline, "withoutPlace"),
    },
    catalog,
    cache: settings.embeddingCacheEnabled
      ? new VectorCache({
          maxSize: settings.embeddingCacheMaxSize,
          maxBytes: settings.embeddingCacheMaxBytes,
        })
      : undefined,
    deadlines,
    hardStopMs: hardStops(settings).text,
  });
}

/** Its longest task, to take over 100 000 vectors, takes a tenth of a second. */
const THREAD_DEADLINE_MS = 10_000;

/** Opens the thread that compares vectors; it starts with the first task. */
export function composeSimilarity(logs: LogFiles): SimilarityThread {
  const entry = entryUrl("workers/similarity/main.ts");
  return new SimilarityThread({
    open: (onEnd) => openSimilarityThread({ entry, onEnd }),
    deadlineMs: THREAD_DEADLINE_MS,
    onFault: (err) => logs.service.error({ err }, "the similarity thread died"),
  });
}
