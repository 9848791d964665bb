import type { ModelCatalog } from "../models/catalog.ts";
import type { LoadHints } from "../models/load-hints.ts";
import type { LoadedModels } from "../models/loaded-models.ts";
import { awakeNow } from "../runtime/awake-clock.ts";
import { unlessAborted } from "../runtime/unless-aborted.ts";
import type { FairQueue } from "./fair-queue.ts";
import { outcomeOf, type Place } from "./place.ts";
import type { PlaceRequest } from "./waiting-requests.ts";

interface AdmissionOptions {
  queue: Pick<FairQueue, "acquire" | "loaded" | "outlook">;
  catalog: Pick<ModelCatalog, "isKnownMissing">;
  loadedModels: Pick<LoadedModels, "ensureLoaded" | "isLoaded" | "isLoading">;
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
  /** Models that are being loaded. */
  readonly #loading = new Set<string>();

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /**
   * Settles at once where a place is free and the model in memory.
   * @param onPlace called when the request has its place, before its model is loaded.
   * @throws ServiceError `queue_full`, `wait_too_long`, `request_timeout`, as
   * `LoadedModels.ensureLoaded`; the reason of the request's signal.
   */
  admit(request: ModelRequest, onPlace?: () => void): Admitted | Promise<Admitted> {
    const { queue, catalog, loadedModels } = this.#options;
    const { outlook } = queue;
    // A missing model has no part in the decisions about models: a client that requests one again
    // and again would delay the models that are there. The server refuses it at once.
    const model = catalog.isKnownMissing(request.model) ? "" : request.model;
    const isThere = model === request.model;
    const wasLoaded = loadedModels.isLoaded(model);
    const acquired = queue.acquire(isThere ? request : { ...request, model, admits: undefined });
    const load = (place: Place): Admitted | Promise<Admitted> => {
      try {
        onPlace?.();
        const { hints, signal } = request;
        const isShared = loadedModels.isLoading(model);
        const loading = loadedModels.ensureLoaded(model, hints, signal);
        if (typeof loading === "number") return { loadMs: loading, place };
        const startedAt = awakeNow();
        request.waiting?.waitsForModel(isShared, () =>
          // It may only be looked at whether it still is.
          wasLoaded ? undefined : outlook.loadRestMs(model, awakeNow() - startedAt),
        );
        return this.#loaded(loading, place, { ...request, model });
      } catch (err) {
        place.release(outcomeOf(err));
        throw err;
      }
    };
    return acquired instanceof Promise ? acquired.then(load) : load(acquired);
  }

  /** Waits for a load, which goes on when the request is cancelled. */
  async #loaded(
    loading: Promise<number>,
    place: Place,
    { model, signal }: PlaceRequest,
  ): Promise<Admitted> {
    const startedAt = awakeNow();
    const hasCost = this.#beginLoad(model);
    try {
      const tookMs = await place.whileLoading(unlessAborted(loading, signal));
      hasCost(tookMs);
      return { loadMs: tookMs === 0 ? 0 : awakeNow() - startedAt, place };
    } catch (err) {
      // Whoever leaves has had the model loaded until now.
      hasCost(awakeNow() - startedAt);
      place.release(outcomeOf(err));
      throw err;
    }
  }

  /** @returns what is to be told how long the load took; the first that waits for it has it charged. */
  #beginLoad(model: string): (tookMs: number) => void {
    if (this.#loading.has(model)) return () => {};
    this.#loading.add(model);
    return (tookMs) => {
      this.#loading.delete(model);
      if (tookMs > 0) this.#options.queue.loaded(model, tookMs);
    };
  }
}
