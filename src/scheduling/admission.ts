import { ClientLeft, type ServiceError } from "../errors/service-error.ts";
import type { ModelCatalog } from "../models/catalog.ts";
import type { LoadHints, LoadedModels } from "../models/loaded-models.ts";
import type { FairQueue, PlaceRequest } from "./fair-queue.ts";
import { outcomeOf, type Place } from "./place.ts";

interface AdmissionOptions {
  queue: FairQueue;
  catalog: Pick<ModelCatalog, "isKnownMissing">;
  loadedModels: Pick<LoadedModels, "ensureLoaded">;
}

/** A request that may go to the inference server now. */
export interface Admitted {
  queueMs: number;
  loadMs: number;
  /** To be given back when the answer has ended, however. */
  place: Place;
}

/** What a request may be called off by while it waits. */
export interface WaitLimits {
  onLeave: PlaceRequest["onLeave"];
  /** Told when the request has its place, before its model is loaded. */
  onPlace?: () => void;
  /** Calls back with the error when the request's hard stop is reached; returns the undo. */
  onHardStop?: (stopped: (err: ServiceError) => void) => () => void;
}

/** Lets requests through: a place in the fair queue first, then the model in memory. */
export class Admission {
  readonly #queue: FairQueue;
  readonly #catalog: AdmissionOptions["catalog"];
  readonly #loadedModels: AdmissionOptions["loadedModels"];

  constructor({ queue, catalog, loadedModels }: AdmissionOptions) {
    this.#queue = queue;
    this.#catalog = catalog;
    this.#loadedModels = loadedModels;
  }

  /** @throws ServiceError `queue_full`, `request_timeout`; ClientLeft when the client leaves. */
  async admit(request: PlaceRequest, hints: LoadHints, limits?: WaitLimits): Promise<Admitted> {
    // A model that is not there has no part in what is decided about models: a client that asks
    // for one again and again would hold up those that are. The server refuses it at once.
    const model = this.#catalog.isKnownMissing(request.model) ? "" : request.model;
    const acquired = this.#queue.acquire(model === request.model ? request : { ...request, model });
    const place = acquired instanceof Promise ? await acquired : acquired;
    try {
      limits?.onPlace?.();
      const loading = this.#loadedModels.ensureLoaded(model, hints);
      const loadMs =
        typeof loading === "number"
          ? loading
          : await place.during(
              "load",
              unlessCalledOff(loading, limits ?? { onLeave: request.onLeave }),
            );
      return { queueMs: place.waitedMs, loadMs, place };
    } catch (err) {
      place.release(outcomeOf(err));
      throw err;
    }
  }
}

/** Waits for what it does not own, such as a load: who is called off leaves, that goes on. */
function unlessCalledOff<T>(awaited: Promise<T>, limits: WaitLimits): Promise<T> {
  return new Promise((resolve, reject) => {
    const undo = [
      limits.onLeave((why) => finish(() => reject(new ClientLeft(why)))),
      limits.onHardStop?.((err) => finish(() => reject(err))),
    ];
    const finish = (settle: () => void): void => {
      for (const stopListening of undo) stopListening?.();
      settle();
    };
    awaited.then(
      (value) => finish(() => resolve(value)),
      (err: Error) => finish(() => reject(err)),
    );
  });
}
