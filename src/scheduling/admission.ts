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

/** A request that may go to the inference server now. */
export interface Admitted {
  /** Milliseconds that the model was waited for; 0 where it was in memory. */
  loadMs: number;
  /** To be given back when the answer has ended, however. */
  place: Place;
}

/** Lets requests through: a place in the fair queue first, then the model in memory. */
export class Admission {
  readonly #options: AdmissionOptions;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /**
   * @param onPlace told when the request has its place, before its model is loaded.
   * @throws ServiceError `queue_full`, `request_timeout`; the reason of the request's signal.
   */
  async admit(request: PlaceRequest, hints: LoadHints, onPlace?: () => void): Promise<Admitted> {
    const { queue, catalog, loadedModels } = this.#options;
    // A model that is not there has no part in what is decided about models: a client that asks
    // for one again and again would hold up those that are. The server refuses it at once.
    const model = catalog.isKnownMissing(request.model) ? "" : request.model;
    const acquired = queue.acquire(model === request.model ? request : { ...request, model });
    const place = acquired instanceof Promise ? await acquired : acquired;
    try {
      onPlace?.();
      const loading = loadedModels.ensureLoaded(model, hints);
      if (typeof loading === "number") return { loadMs: loading, place };
      const startedAt = performance.now();
      // It goes on without a request that is called off.
      const loadMs = await place.during("load", unlessAborted(loading, request.signal));
      return { loadMs: loadMs === 0 ? 0 : performance.now() - startedAt, place };
    } catch (err) {
      place.release(outcomeOf(err));
      throw err;
    }
  }
}
