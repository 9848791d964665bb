import { embedCalls } from "../embeddings/embed-call.ts";
import { Embedder } from "../embeddings/embedder.ts";
import { VectorCache } from "../embeddings/vector-cache.ts";
import type { Base } from "./base.ts";
import { hardStops } from "./limits.ts";
import type { Scheduling } from "./scheduling.ts";

/** Builds what computes vectors of texts. */
export function composeEmbedder(
  { settings, deadlines }: Base,
  { pipeline, catalog }: Pick<Scheduling, "pipeline" | "catalog">,
): Embedder {
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
