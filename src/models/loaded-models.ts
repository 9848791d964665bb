import { canonicalModel } from "./model-name.ts";

/** How a model is brought into memory: embedding models refuse an empty generate. */
export interface LoadHints {
  kind: "generate" | "embed";
  /** What the request says of how to load (see load-options.ts), so that it need not reload. */
  options?: Record<string, unknown> | undefined;
  shift?: boolean | undefined;
  keepAlive?: string | number | undefined;
}

interface LoadedModelsOptions {
  /** Names of the models in memory, as `/api/ps` has them. */
  listLoaded: () => Promise<string[]>;
  /** Whether the server has the model at all; unknown ones are left for it to refuse. */
  isInstalled: (model: string) => Promise<boolean>;
  /** Loads a model; settles when it is in memory. Not tied to any client. */
  load: (model: string, hints: LoadHints) => Promise<void>;
  /** Models the server can hold at once, where that is known. */
  capacity: () => number | undefined;
  /** Called when what is loaded has changed. */
  onChange: () => void;
  now?: () => number;
}

interface LoadedModel {
  loadedAt: number;
  lastUsedAt: number;
}

/** After this long without an answer from a model, the server is asked whether it is still there. */
const TRUST_MS = 30_000;

/**
 * Pairs of models that are remembered. Names are at most 512 characters: together 4 MB. Clients
 * can make models, and with them pairs.
 */
const MAX_PAIRS = 1000;

/**
 * Knows which models are in memory, and loads them. A load is a call of the service's own,
 * shared by all who wait for it, and goes on when they leave. Which models cannot be in memory
 * together is learned: when a load made another model go, the pair is remembered.
 */
export class LoadedModels {
  readonly #options: LoadedModelsOptions;
  readonly #now: () => number;
  readonly #loaded = new Map<string, LoadedModel>();
  readonly #loads = new Map<string, Promise<number>>();
  readonly #conflicts = new Set<string>();
  /** Pairs that were seen in memory together. */
  readonly #coexisting = new Set<string>();
  /** Models on their way into memory, since when. */
  readonly #loading = new Map<string, number>();

  constructor(options: LoadedModelsOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  isLoaded(model: string): boolean {
    return this.#loaded.has(model);
  }

  /** When a loaded model came into memory, on the clock of `now`; 0 for one that is not there. */
  loadedAt(model: string): number {
    return this.#loaded.get(model)?.loadedAt ?? 0;
  }

  /** Loaded models that would have to leave before this one can be loaded, as far as known. */
  modelsToEvict(model: string): string[] {
    const others = [...this.#loaded.keys()].filter((other) => other !== model);
    const inTheWay = others.filter((other) => this.#conflicts.has(pair(model, other)));
    const capacity = this.#options.capacity();
    if (inTheWay.length === 0 && capacity !== undefined && others.length >= capacity) {
      const leaving = this.#leastRecentlyUsed(others);
      if (leaving) inTheWay.push(leaving);
    }
    return inTheWay;
  }

  /** A request for a model that is not loaded is on its way: those in its way are leaving. */
  expectLoad(model: string): void {
    for (const other of this.modelsToEvict(model)) this.#loaded.delete(other);
    const now = this.#now();
    this.#loading.set(model, now);
    // Not used yet: `ensureLoaded` has to look, whatever the trust.
    this.#loaded.set(model, { loadedAt: now, lastUsedAt: Number.NEGATIVE_INFINITY });
  }

  /** Since when a model is being loaded of which it is not known whether it leaves this one in. */
  mayBeEvictedSince(model: string): number | undefined {
    for (const [other, since] of this.#loading) {
      if (other === model) continue;
      const both = pair(model, other);
      if (!this.#conflicts.has(both) && !this.#coexisting.has(both)) return since;
    }
    return undefined;
  }

  /**
   * Makes sure that a model is in memory before a request is sent to it.
   * @returns milliseconds that a load took, 0 when none was needed; at once when the model has
   * answered lately. A failed load is not reported: the request itself will show the error.
   */
  ensureLoaded(model: string, hints: LoadHints): number | Promise<number> {
    if (model === "") return 0;
    const resident = this.#loaded.get(model);
    if (resident && this.#now() - resident.lastUsedAt < TRUST_MS) return 0;
    return this.#shareLoad(model, hints);
  }

  /** A model has answered: it is in memory. */
  used(model: string): void {
    if (model === "") return;
    const now = this.#now();
    const resident = this.#loaded.get(model);
    if (resident) resident.lastUsedAt = now;
    // What its place was given to is loaded or loading: this was its last answer.
    else if (this.modelsToEvict(model).length === 0) {
      this.#loaded.set(model, { loadedAt: now, lastUsedAt: now });
    }
  }

  /** A model may be gone: it failed, or a client asked to unload it. */
  forget(model: string): void {
    this.#loaded.delete(model);
  }

  /** The server was replaced: nothing of what was known holds. */
  reset(): void {
    this.#loaded.clear();
    this.#conflicts.clear();
    this.#coexisting.clear();
    this.#loading.clear();
  }

  #shareLoad(model: string, hints: LoadHints): Promise<number> {
    const running = this.#loads.get(model);
    if (running) return running;
    const load = this.#load(model, hints).finally(() => {
      this.#loads.delete(model);
      this.#loading.delete(model);
      this.#options.onChange();
    });
    this.#loads.set(model, load);
    return load;
  }

  async #load(model: string, hints: LoadHints): Promise<number> {
    try {
      const loaded = await this.#list();
      if (loaded.has(model)) {
        this.used(model);
        return 0;
      }
      if (!(await this.#options.isInstalled(model))) {
        this.forget(model);
        return 0;
      }
      const startedAt = this.#now();
      await this.#options.load(model, hints);
      const tookMs = this.#now() - startedAt;
      const now = this.#now();
      this.#loaded.set(model, { loadedAt: now, lastUsedAt: now });
      // Also what was loaded meanwhile; what is still loading is not there yet.
      const known = [...this.#loaded.keys()].filter((other) => !this.#loads.has(other));
      const before = new Set([...loaded, ...known]);
      this.#learn(model, before, await this.#list());
      return tookMs;
    } catch {
      // The server is away, has no such call, or cannot load it: its own answer will say so.
      this.forget(model);
      return 0;
    }
  }

  #learn(model: string, before: Set<string>, after: Set<string>): void {
    if (!after.has(model)) {
      // Pushed out already, by a load that went on beside its own.
      for (const other of after) remember(this.#conflicts, pair(model, other));
      this.#loaded.delete(model);
      return;
    }
    for (const other of before) {
      if (other === model) continue;
      if (after.has(other)) {
        this.#conflicts.delete(pair(model, other));
        remember(this.#coexisting, pair(model, other));
      } else {
        remember(this.#conflicts, pair(model, other));
        this.#coexisting.delete(pair(model, other));
        // Gone for sure, however lately it answered: trusted, both would push each other out.
        this.#loaded.delete(other);
      }
    }
  }

  /** Asks the server, and drops what it no longer has. */
  async #list(): Promise<Set<string>> {
    const names = new Set((await this.#options.listLoaded()).map(canonicalModel));
    const now = this.#now();
    for (const [model, resident] of this.#loaded) {
      const expected = this.#loads.has(model) || now - resident.lastUsedAt < 1000;
      if (!names.has(model) && !expected) this.#loaded.delete(model);
    }
    for (const name of names) {
      // One that is about to be pushed out by a load under way does not count as loaded.
      if (!this.#loaded.has(name) && this.modelsToEvict(name).length === 0) {
        this.#loaded.set(name, { loadedAt: now, lastUsedAt: Number.NEGATIVE_INFINITY });
      }
    }
    return names;
  }

  #leastRecentlyUsed(models: string[]): string | undefined {
    // One that is still loading has not been used, and is the last that should go.
    const usedAt = (model: string): number => {
      const { loadedAt = 0, lastUsedAt = 0 } = this.#loaded.get(model) ?? {};
      return Math.max(loadedAt, lastUsedAt);
    };
    return models.toSorted((a, b) => usedAt(a) - usedAt(b))[0];
  }
}

/** Adds to a set of pairs; the one that was learned first makes room. */
function remember(pairs: Set<string>, added: string): void {
  pairs.add(added);
  const [oldest] = pairs;
  if (pairs.size > MAX_PAIRS && oldest !== undefined) pairs.delete(oldest);
}

function pair(a: string, b: string): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}
