import type { ModelCatalog } from "../models/catalog.ts";
import type { LoadHints, LoadedModels } from "../models/loaded-models.ts";
import { unlessAborted } from "../runtime/unless-aborted.ts";
import type { FairQueue, PlaceRequest } from "./fair-queue.ts";
import { outcomeOf, type Place } from "./place.ts";

interface AdmissionOptions {
  queue: FairQueue;
  catalog: Pick<ModelCatalog, "isKnownMissing">;
  loadedModels: Pick<LoadedModels, "ensureLoaded">;
}

/** A request for a place and its model. */
export interface ModelRequest extends PlaceRequest {
  hints: LoadHints;
}

/** A request that may be sent to the inference server now. */
export interface Admitted {
  /** Milliseconds that the model was waited for; 0 where it was in memory. */
  loadMs: number;
  /** To be released when the answer has ended, however. */
  place: Place;
}

/** Admits requests: a place in the fair queue first, then the model in memory. */
export class Admission {
  readonly #options: AdmissionOptions;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /**
   * Settles at once where a place is free and the model in memory.
   * @param onPlace called when the request has its place, before its model is loaded.
   * @throws ServiceError `queue_full`, `request_timeout`, as `LoadedModels.ensureLoaded`; the reason
   * of the request's signal.
   */
  admit(request: ModelRequest, onPlace?: () => void): Admitted | Promise<Admitted> {
    const { queue, catalog } = this.#options;
    // A missing model has no part in the decisions about models: a client that requests one again
    // and again would delay the models that are there. The server refuses it at once.
    const model = catalog.isKnownMissing(request.model) ? "" : request.model;
    const isThere = model === request.model;
    const acquired = queue.acquire(isThere ? request : { ...request, model, admits: undefined });
    const load = (place: Place): Admitted | Promise<Admitted> => {
      try {
        onPlace?.();
        const { hints, signal } = request;
        const loading = this.#options.loadedModels.ensureLoaded(model, hints, signal);
        return typeof loading === "number"
          ? { loadMs: loading, place }
          : loaded(loading, place, request);
      } catch (err) {
        place.release(outcomeOf(err));
        throw err;
      }
    };
    return acquired instanceof Promise ? acquired.then(load) : load(acquired);
  }
}

/** Waits for a load, which goes on when the request is cancelled. */
async function loaded(
  loading: Promise<number>,
  place: Place,
  { signal, waiting }: PlaceRequest,
): Promise<Admitted> {
  waiting?.waitsForModel();
  const startedAt = performance.now();
  try {
    const tookMs = await place.during("load", unlessAborted(loading, signal));
    return { loadMs: tookMs === 0 ? 0 : performance.now() - startedAt, place };
  } catch (err) {
    place.release(outcomeOf(err));
    throw err;
  }
}
