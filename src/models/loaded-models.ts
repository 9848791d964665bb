import { ServerFailure } from "../errors/server-failure.ts";
import { awakeNow, hasSleptSince } from "../runtime/awake-clock.ts";
import type { Signal } from "../runtime/light-signal.ts";
import { isLargeEnough, type LoadHints } from "./load-hints.ts";
import { canonicalModel } from "./model-name.ts";
import { ModelPairs } from "./model-pairs.ts";
import { SharedLoads } from "./shared-loads.ts";

interface LoadedModelsOptions {
  /** Names of the models in memory, as `/api/ps` has them. */
  listLoaded: () => Promise<string[]>;
  /** Whether the server has the model at all; it refuses unknown models itself. */
  isInstalled: (model: string) => Promise<boolean>;
  /** Loads a model; settles when it is in memory. Not tied to any client. */
  load: (model: string, hints: LoadHints) => Promise<void>;
  /** Called when a load has failed, before its waiters are told. */
  onFailure: (model: string, hints: LoadHints, err: Error) => void;
  /** @throws ServiceError for a model in memory (canonical name) that can be given no work. */
  assertWorks: (model: string) => void;
  /** Models the server can hold at once, where that is known. */
  capacity: () => number | undefined;
  /**
   * Of models, the least recently used first, those that may leave for others, in the order in
   * which they do. Default: as they come.
   */
  leaving?: (models: string[]) => string[];
  /** Of models in that order those that have to leave for one, by the memory that they take. */
  overflow?: (model: string, others: string[]) => string[];
  /** Has others leave before a load; `end` is called after that. Never rejects. */
  makeRoom?: (model: string, hints: LoadHints) => Promise<{ left: string[]; end: () => void }>;
  /** Called when what is loaded has changed. */
  onChange: () => void;
  /** Called with a model that may be in memory no more. */
  onGone?: (model: string) => void;
  now?: () => number;
}

interface LoadedModel {
  loadedAt: number;
  lastUsedAt: number;
}

/** After this long without an answer from a model, `/api/ps` is read again before a request. */
const TRUST_MS = 30_000;

/**
 * Knows which models are in memory, and loads them. Which models cannot be in memory together is
 * learned from what loads evict.
 */
export class LoadedModels {
  readonly #options: LoadedModelsOptions;
  readonly #now: () => number;
  readonly #loaded = new Map<string, LoadedModel>();
  readonly #loads: SharedLoads;
  readonly #pairs = new ModelPairs();
  /** When the load of a model was announced. */
  readonly #loading = new Map<string, number>();

  constructor(options: LoadedModelsOptions) {
    this.#options = options;
    this.#now = options.now ?? awakeNow;
    this.#loads = new SharedLoads({
      load: (model, hints) => this.#load(model, hints),
      isLoaded: (model) => this.isLoaded(model),
      onBegin: (model) => this.expectLoad(model),
      onFailure: options.onFailure,
      onEnd: (model) => this.#loading.delete(model),
      onChange: options.onChange,
    });
  }

  /** Whether a model (canonical name) is in memory, as far as known. */
  isLoaded(model: string): boolean {
    return this.#loaded.has(model);
  }

  /** Whether the service is loading a model (canonical name) now. */
  isLoading(model: string): boolean {
    return this.#loads.has(model);
  }

  /** Whether the service is loading any model now. */
  get isLoadingAny(): boolean {
    return this.#loads.isAny;
  }

  /** Whether a model (canonical name) has answered so lately that nobody has to look for it. */
  hasLatelyAnswered(model: string): boolean {
    const entry = this.#loaded.get(model);
    if (entry === undefined || this.#now() - entry.lastUsedAt >= TRUST_MS) return false;
    // A server on another machine has gone on while this one slept.
    return !hasSleptSince(entry.lastUsedAt);
  }

  /** When a loaded model came into memory, on the clock of `now`; 0 for one that is not there. */
  loadedAt(model: string): number {
    return this.#loaded.get(model)?.loadedAt ?? 0;
  }

  /** Loaded models that the load of this one would evict, as far as known. */
  modelsToEvict(model: string): string[] {
    const others = [...this.#loaded.keys()].filter((other) => other !== model);
    const toEvict = others.filter((other) => this.#pairs.areApart(model, other));
    if (toEvict.length > 0 || others.length === 0) return toEvict;
    const { capacity, leaving, overflow } = this.#options;
    const byUse = this.#leastRecentlyUsedFirst(others);
    const tooMuch = overflow?.(model, byUse) ?? [];
    if (tooMuch.length > 0 || others.length < (capacity() ?? Infinity)) return tooMuch;
    return (leaving?.(byUse) ?? byUse).slice(0, 1);
  }

  /** A request for a model that is not loaded got its place: the models to evict count as gone. */
  expectLoad(model: string): void {
    for (const other of this.modelsToEvict(model)) this.forget(other);
    const now = this.#now();
    this.#loading.set(model, now);
    // Not used yet: `ensureLoaded` has to load it, however fresh the list is.
    this.#loaded.set(model, { loadedAt: now, lastUsedAt: Number.NEGATIVE_INFINITY });
  }

  /** Since when a load is under way that may evict this model; undefined where none is. */
  mayBeEvictedSince(model: string): number | undefined {
    for (const [other, since] of this.#loading) {
      if (other !== model && !this.#pairs.areKnown(model, other)) return since;
    }
    return undefined;
  }

  /**
   * Makes sure that a model is in memory before a request is sent to it.
   * @param signal of the request. Its abort ends no load, but none is begun for it any more.
   * @returns milliseconds that a load took, 0 when none was needed; at once when the model has
   * answered lately. A load that the server does not even try is not reported: the request itself
   * will show the error.
   * @throws what `load` throws when it fails, to all who wait for it; the next one tries anew.
   */
  ensureLoaded(model: string, hints: LoadHints, signal?: Signal): number | Promise<number> {
    if (model === "") return 0;
    // Others may have had it loaded anew while the request waited.
    const looking = hints.lane?.ready();
    if (!looking) return this.#ensure(model, hints, signal);
    return looking.then(() => {
      signal?.throwIfAborted();
      return this.#ensure(model, hints, signal);
    });
  }

  /** A model has answered: it is in memory. */
  used(model: string): void {
    if (model === "") return;
    const now = this.#now();
    const entry = this.#loaded.get(model);
    if (entry) entry.lastUsedAt = now;
    // Else the models to evict are loaded or loading: this was the last answer before.
    else if (this.modelsToEvict(model).length === 0) {
      this.#loaded.set(model, { loadedAt: now, lastUsedAt: now });
    }
  }

  /** A model may be gone: it failed, or a client asked to unload it. */
  forget(model: string): void {
    if (this.#loaded.delete(model)) this.#options.onGone?.(model);
  }

  /** The server was replaced: forgets all. */
  reset(): void {
    this.#loaded.clear();
    this.#pairs.reset();
    this.#loading.clear();
    // Whoever waits for a load of the old server is told how that ends.
    this.#loads.clear();
  }

  #ensure(model: string, hints: LoadHints, signal?: Signal): number | Promise<number> {
    const entry = this.#loaded.get(model);
    const isHeld = isLargeEnough(hints);
    if (isHeld && this.hasLatelyAnswered(model)) return 0;
    // Whoever comes next has to wait for the load that begins now.
    if (entry && !isHeld) entry.lastUsedAt = Number.NEGATIVE_INFINITY;
    return this.#loads.join(model, hints, signal);
  }

  async #load(model: string, hints: LoadHints): Promise<number> {
    const before = await this.#modelsBeside(model, hints);
    if (!before) return 0;
    const room = await this.#options.makeRoom?.(model, hints);
    const startedAt = this.#now();
    try {
      await this.#options.load(model, hints);
    } catch (err) {
      this.forget(model);
      // The model takes no such call, or the server has none: the request itself will show it.
      if (err instanceof ServerFailure && err.isRefusal) return 0;
      throw err;
    } finally {
      room?.end();
    }
    const now = this.#now();
    this.#loaded.set(model, { loadedAt: now, lastUsedAt: now });
    // With models loaded meanwhile, and without those that are still loading.
    const known = [...this.#loaded.keys()].filter((other) => !this.#loads.has(other));
    const after = await this.#list().catch(() => undefined);
    // Those that were unloaded before did not go because both do not fit.
    const beside = [...before, ...known].filter((other) => !room?.left.includes(other));
    if (after) this.#learn(model, new Set(beside), after);
    return now - startedAt;
  }

  /**
   * The models in memory beside one that has to be loaded; undefined where none has to be, or can:
   * the server is away, has no such lists, or lacks the model. Its own answer will say so.
   */
  async #modelsBeside(model: string, hints: LoadHints): Promise<Set<string> | undefined> {
    const listed = await this.#list().catch(() => undefined);
    if (listed?.has(model)) {
      this.#options.assertWorks(model);
      if (!isLargeEnough(hints)) return listed;
      this.used(model);
      return undefined;
    }
    const isInstalled = listed && (await this.#options.isInstalled(model).catch(() => false));
    if (isInstalled) return listed;
    this.forget(model);
    return undefined;
  }

  #learn(model: string, before: Set<string>, after: Set<string>): void {
    if (!after.has(model)) {
      // Evicted already, by a load beside its own.
      for (const other of after) this.#pairs.saw(model, other, "apart");
      this.forget(model);
      return;
    }
    for (const other of before) {
      if (other === model) continue;
      this.#pairs.saw(model, other, after.has(other) ? "together" : "apart");
      // Gone for sure, however lately it answered: else both would evict each other in turn.
      if (!after.has(other)) this.forget(other);
    }
  }

  /** Reads the server's list, and drops what is no longer on it. */
  async #list(): Promise<Set<string>> {
    const names = new Set((await this.#options.listLoaded()).map(canonicalModel));
    const now = this.#now();
    for (const [model, entry] of this.#loaded) {
      const isExpected = this.#loads.has(model) || now - entry.lastUsedAt < 1000;
      if (!names.has(model) && !isExpected) this.forget(model);
    }
    for (const name of names) {
      // A model that a load under way is about to evict does not count as loaded.
      if (!this.#loaded.has(name) && this.modelsToEvict(name).length === 0) {
        this.#loaded.set(name, { loadedAt: now, lastUsedAt: Number.NEGATIVE_INFINITY });
      }
    }
    return names;
  }

  #leastRecentlyUsedFirst(models: string[]): string[] {
    // A model that is still loading has not been used, and is the last to evict.
    const usedAt = (model: string): number => {
      const { loadedAt = 0, lastUsedAt = 0 } = this.#loaded.get(model) ?? {};
      return Math.max(loadedAt, lastUsedAt);
    };
    return models.toSorted((a, b) => usedAt(a) - usedAt(b));
  }
}
