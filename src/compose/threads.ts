import type { openWorkerPool, WorkerPool } from "../../workers/pool.ts";
import { SimilarityThread } from "../../workers/similarity/client.ts";
import { openSimilarityThread } from "../../workers/similarity/open-thread.ts";
import { entryUrl } from "../runtime/paths.ts";
import type { Base } from "./base.ts";
import { composeImages, composeWorkers, type Images } from "./images.ts";

/** The worker threads, and what is done on them. They start with their first task. */
export interface Threads {
  pool: WorkerPool;
  images: Images;
  /** Compares vectors. */
  similarity: SimilarityThread;
  close: () => Promise<void>;
}

/** Its longest task, to take over 100 000 vectors, takes a tenth of a second. */
const SIMILARITY_DEADLINE_MS = 10_000;

/** @param openPool opens the worker threads in another way than the service's own. */
export function composeThreads(
  { settings, logs }: Base,
  openPool: typeof openWorkerPool | undefined,
): Threads {
  const pool = composeWorkers(settings, logs, openPool);
  const entry = entryUrl("workers/similarity/main.ts");
  const similarity = new SimilarityThread({
    open: (onEnd) => openSimilarityThread({ entry, onEnd }),
    deadlineMs: SIMILARITY_DEADLINE_MS,
    onFault: (err) => logs.service.error({ err }, "the similarity thread died"),
  });
  return {
    pool,
    images: composeImages(settings, pool),
    similarity,
    close: async () => {
      await Promise.all([pool.destroy(), similarity.destroy()]);
    },
  };
}
