import type { AnswerCache } from "../../src/cache/answer-cache.ts";
import type { ImageFacts } from "../../src/images/image-compressor.ts";
import type { BodyFacts } from "../../src/inference/inspect-body.ts";
import type { ModelCatalog } from "../../src/models/catalog.ts";
import type { LoadedModels } from "../../src/models/loaded-models.ts";
import type { BodyLimit } from "../../src/http/body-limit.ts";
import type { Caller } from "../../src/runtime/caller.ts";
import type { Transport } from "../../src/http/transport.ts";
import type { Admission } from "../../src/scheduling/admission.ts";
import type { LineName } from "../../src/scheduling/fair-queue.ts";
import type { Upstream } from "../../src/hosts/upstream.ts";

/** A body in one piece, and what is to be known of it. */
export interface Inspected {
  body: Uint8Array;
  facts: BodyFacts;
}

/** Has a large body joined and read on a thread, which gives it back. */
type InspectOnThread = (caller: Caller) => Promise<Inspected>;

/** What passing through works with. */
export interface PassThroughServices {
  transport: Transport;
  upstream: Pick<Upstream, "origin" | "suspect">;
  admission: Admission;
  loadedModels: Pick<LoadedModels, "used" | "forget">;
  catalog: Pick<ModelCatalog, "assertAllowed" | "invalidate" | "isRestricted">;
  /** Joins a body's pieces and reads its facts, for large ones on a worker thread. */
  inspect: (pieces: Uint8Array[]) => Inspected | InspectOnThread;
  /** Compresses the images of a body, which comes back in pieces. */
  compressImages: (
    body: Uint8Array,
    caller: Caller,
  ) => Promise<{ pieces: Uint8Array[]; facts: ImageFacts[] }>;
  /** The response cache, for requests that ask for it; undefined where it is off. */
  answers: AnswerCache | undefined;
  /** Whether what clients prove themselves with goes on, save for models that run elsewhere. */
  forwardsCredentials: boolean;
  limits: {
    management: BodyLimit;
    inference: BodyLimit;
    /** Longest wait in the queue, in milliseconds. */
    maxWaitMs: Record<LineName, number>;
  };
}
