import { orAbort } from "../abort.ts";
import { EngineError } from "../errors.ts";
import { FifoPool } from "../runner/fifo-pool.ts";
import { MemoryError } from "../runner/memory.ts";
import type { KeepAliveMs } from "../values/keep-alive.ts";
import type { PlaceReport } from "../watch/place-report.ts";
import { LoadedModel, type LoadedModelStatus, type Runner } from "./loaded-model.ts";

/** The model a request needs in memory. */
export type LoadRequest = {
  /** Models that share weights share the memory. */
  readonly weightsDigest: string;
  /** The name that lists show. */
  readonly name: string;
  /** Fixed when the model is loaded; another value reloads it. */
  readonly contextLength: number;
  readonly keepAliveMs: KeepAliveMs;
};

export type Lease<R> = { readonly runner: R; readonly release: () => void };

type Leased<R extends Runner> = {
  readonly model: LoadedModel<R>;
  readonly release: () => void;
};

export type LoadedModelsOptions<R extends Runner, Q extends LoadRequest> = {
  readonly load: (request: Q) => Promise<R>;
  readonly maxLoaded: number;
  /** Requests that may wait for a load behind the one that is being loaded for. */
  readonly maxQueue: number;
  readonly keepAliveMs: number;
  readonly onLoaded?: (name: string, durationMs: number) => void;
  readonly onUnloaded?: (name: string) => void;
  /** The last model is out of memory, and none is being loaded. */
  readonly onEmpty?: () => void;
  /** Freeing a model's memory failed. */
  readonly onFault?: (err: unknown) => void;
  readonly now?: () => number;
};

/** Two spaces, as Ollama has it. */
const BUSY = "server busy, please try again.  maximum pending requests exceeded";

/**
 * The models in memory. Models are loaded strictly one at a time, in the order of the requests. To
 * make room the idle model with the shortest keep-alive is evicted; if none is idle, the next one
 * whose work ends.
 */
export class LoadedModels<R extends Runner, Q extends LoadRequest> {
  readonly #options: LoadedModelsOptions<R, Q>;
  readonly #now: () => number;
  /** By the digest of the weights. */
  readonly #models = new Map<string, LoadedModel<R>>();
  /** The request that holds the one item may load. */
  readonly #loadLock = new FifoPool([{}]);
  /** Whether the request that holds the lock waits for room. */
  #makingRoom = false;

  constructor(options: LoadedModelsOptions<R, Q>) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /**
   * Waits until the model is in memory and keeps it there until `release`. Rejects with the
   * signal's reason when it aborts first; a load that has begun goes on.
   * @throws {EngineError} 503 when too many requests wait for a load already.
   */
  async acquire(request: Q, signal: AbortSignal): Promise<Lease<R>> {
    signal.throwIfAborted();
    const loaded = this.#reusable(request);
    const { model, release } = loaded
      ? { model: loaded, release: loaded.lease(request.keepAliveMs, signal) }
      : await this.#loadInTurn(request, signal);
    try {
      return { runner: await orAbort(model.ready, signal), release };
    } catch (err) {
      release();
      throw err;
    }
  }

  /** Unloads a model as soon as its running requests have ended. */
  expire(weightsDigest: string): void {
    this.#models.get(weightsDigest)?.expire();
  }

  /** The models in memory or being loaded, longest remaining time first. */
  list(): LoadedModelStatus<R>[] {
    const all = [...this.#models.values()].map((model) => model.status());
    return all.sort((a, b) => b.expiresAt - a.expiresAt);
  }

  /** The requests that wait for room in memory; while a model is being loaded no room is free. */
  places(): PlaceReport {
    const models = [...this.#models.values()];
    const loading = models.some((model) => model.status().runner === undefined);
    return {
      what: "room in memory",
      waiting: this.#loadLock.waiting + (this.#makingRoom ? 1 : 0),
      free: !loading && models.every(({ idle }) => idle),
      abandoned: models.reduce((sum, { abandoned }) => sum + abandoned, 0),
    };
  }

  /** Unloads all models at once. */
  async stop(): Promise<void> {
    await Promise.all([...this.#models.values()].map((model) => model.unload()));
  }

  #reusable(request: Q): LoadedModel<R> | undefined {
    const model = this.#models.get(request.weightsDigest);
    const fits = model?.contextLength === request.contextLength && !model.leaving;
    return fits ? model : undefined;
  }

  /** Holds the load lock until the model is loaded, or its load has failed. */
  async #loadInTurn(request: Q, signal: AbortSignal): Promise<Leased<R>> {
    const lock = this.#loadLock;
    if (lock.free === 0 && lock.waiting >= this.#options.maxQueue) {
      throw new EngineError(503, BUSY);
    }
    const held = await lock.acquire(signal);
    this.#makingRoom = true;
    try {
      const model = await this.#makeRoomAndLoad(request, signal);
      const release = model.lease(request.keepAliveMs, signal);
      const unlock = () => lock.release(held);
      model.ready.then(unlock, unlock);
      return { model, release };
    } catch (err) {
      lock.release(held);
      throw err;
    } finally {
      this.#makingRoom = false;
    }
  }

  async #makeRoomAndLoad(request: Q, signal: AbortSignal): Promise<LoadedModel<R>> {
    signal.throwIfAborted();
    const loaded = this.#reusable(request);
    if (loaded) return loaded;
    // A request that is aborted meanwhile gives up the lock; the eviction goes on without it.
    const evicted = (model?: LoadedModel<R>) => orAbort(Promise.resolve(model?.evict()), signal);
    await evicted(this.#models.get(request.weightsDigest));
    while (this.#models.size >= this.#options.maxLoaded) await evicted(this.#victim());
    return this.#load(request);
  }

  #load(request: Q): LoadedModel<R> {
    const { keepAliveMs, onLoaded, onUnloaded, onEmpty, onFault } = this.#options;
    const { name, weightsDigest, contextLength } = request;
    const startedAt = performance.now();
    const model: LoadedModel<R> = new LoadedModel({
      name,
      weightsDigest,
      contextLength,
      keepAliveMs,
      now: this.#now,
      ready: this.#loadEvicting(request),
      onLoaded: () => onLoaded?.(name, Math.round(performance.now() - startedAt)),
      onUnlisted: () => {
        if (this.#models.get(weightsDigest) === model) this.#models.delete(weightsDigest);
        onUnloaded?.(name);
      },
      onFreed: (failure) => {
        if (failure !== undefined) onFault?.(failure);
        if (this.#models.size === 0) onEmpty?.();
      },
    });
    this.#models.set(weightsDigest, model);
    return model;
  }

  /** Loads, and evicts other models as long as memory is short. */
  async #loadEvicting(request: Q): Promise<R> {
    for (;;) {
      try {
        return await this.#options.load(request);
      } catch (err) {
        const victim = this.#victim(request.weightsDigest);
        if (!victim || !(err instanceof MemoryError)) throw err;
        await victim.evict();
      }
    }
  }

  /** The idle model with the shortest keep-alive, else the busy one with the shortest. */
  #victim(except?: string): LoadedModel<R> | undefined {
    const others = [...this.#models].filter(([weightsDigest]) => weightsDigest !== except);
    const all = others.map(([, model]) => model);
    const idle = all.filter((model) => model.idle);
    const candidates = idle.length > 0 ? idle : all;
    return candidates.toSorted((a, b) => a.keepAliveMs - b.keepAliveMs)[0];
  }
}
