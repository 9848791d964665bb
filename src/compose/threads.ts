import type { openWorkerPool, WorkerPool } from "../../workers/pool.ts";
import { SchemaThread } from "../../workers/schemas/client.ts";
import { openSchemaThread } from "../../workers/schemas/open-thread.ts";
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
  /** Holds answers to schemas. */
  schemas: SchemaThread;
  close: () => Promise<void>;
}

/** Its longest task, to take over 100 000 vectors, takes a tenth of a second. */
const SIMILARITY_DEADLINE_MS = 10_000;

/** Patterns of clients may run for ever. What is usual takes milliseconds. */
const SCHEMA_DEADLINE_MS = 1000;
/** The same where other programs take the processor: what takes 30 ms has taken a second there. */
const SCHEMA_STARVED_MS = 5000;
/** To start a thread on a busy machine, which no schema is to blame for. */
const SCHEMA_START_MS = 20_000;

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
  const schemaEntry = entryUrl("workers/schemas/main.ts");
  const schemas = new SchemaThread({
    open: (onEnd) => openSchemaThread({ entry: schemaEntry, onEnd }),
    deadlineMs: SCHEMA_DEADLINE_MS,
    startMs: SCHEMA_START_MS,
    starved: { mostMs: SCHEMA_STARVED_MS },
    onFault: (err) => logs.service.warn({ err }, "the schema thread was ended"),
  });
  return {
    pool,
    images: composeImages(settings, pool),
    similarity,
    schemas,
    close: async () => {
      await Promise.all([pool.destroy(), similarity.destroy(), schemas.destroy()]);
    },
  };
}
