import { EngineError } from "../errors.ts";
import type { KeepAliveMs } from "../values/keep-alive.ts";
import type { PlaceReport } from "../watch/place-report.ts";
import { FifoPool } from "./fifo-pool.ts";
import { MemoryError } from "./memory.ts";
import { Resident, type Runner, type ResidentStatus } from "./resident.ts";

/** What a request needs in memory. */
export type Wanted = {
  /** Models that share weights share the memory. */
  readonly weightsDigest: string;
  /** The name lists show. */
  readonly name: string;
  /** Load-time options; other ones reload the model. */
  readonly contextLength: number;
  readonly keepAliveMs: KeepAliveMs;
};

type Entered<R extends Runner> = {
  readonly resident: Resident<R>;
  readonly release: () => void;
};

export type Lease<R> = { readonly runner: R; readonly release: () => void };

export type ResidencyOptions<R extends Runner, W extends Wanted> = {
  readonly load: (wanted: W) => Promise<R>;
  readonly maxLoaded: number;
  /** Requests that may wait for a load behind the one that is being loaded for. */
  readonly maxQueue: number;
  readonly keepAliveMs: number;
  readonly onLoaded?: (name: string, durationMs: number) => void;
  readonly onUnloaded?: (name: string) => void;
  /** The last model is out of memory, and none is being loaded. */
  readonly onEmpty?: () => void;
  /** A model could not be taken out of memory. */
  readonly onFault?: (err: unknown) => void;
  readonly now?: () => number;
};

/** Two spaces, as Ollama has it. */
const BUSY = "server busy, please try again.  maximum pending requests exceeded";

/**
 * Which models are in memory. Loads happen strictly one at a time in the order asked for; to make
 * room the idle model with the shortest keep-alive goes, and if none is idle the next one whose
 * work ends.
 */
export class Residency<R extends Runner, W extends Wanted> {
  readonly #options: ResidencyOptions<R, W>;
  readonly #now: () => number;
  readonly #residents = new Map<string, Resident<R>>();
  /** Whoever has the one turn may load. */
  readonly #turns = new FifoPool([{}]);
  /** Whoever has the turn waits for room. */
  #placing = false;

  constructor(options: ResidencyOptions<R, W>) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /**
   * Waits until the model is in memory and keeps it there until `release`. Rejects with the
   * signal's reason when it aborts first; a load that has begun goes on.
   * @throws {EngineError} 503 when too many requests wait for a load already.
   */
  async acquire(wanted: W, signal: AbortSignal): Promise<Lease<R>> {
    signal.throwIfAborted();
    const fitting = this.#fitting(wanted);
    const { resident, release } = fitting
      ? { resident: fitting, release: fitting.enter(wanted.keepAliveMs, signal) }
      : await this.#placeInTurn(wanted, signal);
    try {
      return { runner: await raced(resident.ready, signal), release };
    } catch (err) {
      release();
      throw err;
    }
  }

  /** Takes a model out of memory as soon as its running requests have ended. */
  expire(weightsDigest: string): void {
    this.#residents.get(weightsDigest)?.expire();
  }

  /** What is in memory or being loaded, longest remaining time first. */
  list(): ResidentStatus<R>[] {
    const all = [...this.#residents.values()].map((resident) => resident.status());
    return all.sort((a, b) => b.expiresAt - a.expiresAt);
  }

  /** How it stands with room in memory; while a model is being loaded none is free. */
  places(): PlaceReport {
    const residents = [...this.#residents.values()];
    const loading = residents.some((resident) => resident.status().runner === undefined);
    return {
      what: "room in memory",
      waiting: this.#turns.waiting + (this.#placing ? 1 : 0),
      free: !loading && residents.every(({ idle }) => idle),
      abandoned: residents.reduce((sum, { abandoned }) => sum + abandoned, 0),
    };
  }

  /** Frees everything at once. */
  async stop(): Promise<void> {
    await Promise.all([...this.#residents.values()].map((resident) => resident.dispose()));
  }

  #fitting(wanted: W): Resident<R> | undefined {
    const resident = this.#residents.get(wanted.weightsDigest);
    const fits = resident?.contextLength === wanted.contextLength && !resident.retiring;
    return fits ? resident : undefined;
  }

  /** The returned resident has been entered. The turn lasts until its load has ended. */
  async #placeInTurn(wanted: W, signal: AbortSignal): Promise<Entered<R>> {
    const turns = this.#turns;
    if (turns.free === 0 && turns.waiting >= this.#options.maxQueue) {
      throw new EngineError(503, BUSY);
    }
    const turn = await turns.acquire(signal);
    this.#placing = true;
    try {
      const resident = await this.#place(wanted, signal);
      const release = resident.enter(wanted.keepAliveMs, signal);
      const over = () => turns.release(turn);
      resident.ready.then(over, over);
      return { resident, release };
    } catch (err) {
      turns.release(turn);
      throw err;
    } finally {
      this.#placing = false;
    }
  }

  async #place(wanted: W, signal: AbortSignal): Promise<Resident<R>> {
    signal.throwIfAborted();
    const fitting = this.#fitting(wanted);
    if (fitting) return fitting;
    // Who leaves lets the next one have its turn, though the model goes all the same.
    const gone = (resident?: Resident<R>) => raced(Promise.resolve(resident?.retire()), signal);
    await gone(this.#residents.get(wanted.weightsDigest));
    while (this.#residents.size >= this.#options.maxLoaded) await gone(this.#victim());
    return this.#load(wanted);
  }

  #load(wanted: W): Resident<R> {
    const { keepAliveMs, onLoaded, onUnloaded, onEmpty, onFault } = this.#options;
    const startedAt = performance.now();
    const resident: Resident<R> = new Resident({
      name: wanted.name,
      weightsDigest: wanted.weightsDigest,
      contextLength: wanted.contextLength,
      keepAliveMs,
      now: this.#now,
      ready: this.#loadMakingRoom(wanted),
      onLoaded: () => onLoaded?.(wanted.name, Math.round(performance.now() - startedAt)),
      onGone: () => {
        if (this.#residents.get(wanted.weightsDigest) === resident) {
          this.#residents.delete(wanted.weightsDigest);
        }
        onUnloaded?.(wanted.name);
      },
      onFreed: (failed) => {
        if (failed !== undefined) onFault?.(failed);
        if (this.#residents.size === 0) onEmpty?.();
      },
    });
    this.#residents.set(wanted.weightsDigest, resident);
    return resident;
  }

  /** Where memory is short, other models go first. */
  async #loadMakingRoom(wanted: W): Promise<R> {
    for (;;) {
      try {
        return await this.#options.load(wanted);
      } catch (err) {
        const victim = this.#victim(wanted.weightsDigest);
        if (!victim || !(err instanceof MemoryError)) throw err;
        await victim.retire();
      }
    }
  }

  /** The idle model with the shortest keep-alive, else the busy one with the shortest. */
  #victim(except?: string): Resident<R> | undefined {
    const others = [...this.#residents].filter(([weightsDigest]) => weightsDigest !== except);
    const all = others.map(([, resident]) => resident);
    const idle = all.filter((resident) => resident.idle);
    const candidates = idle.length > 0 ? idle : all;
    return candidates.toSorted((a, b) => a.keepAliveMs - b.keepAliveMs)[0];
  }
}

/** The promise, or the signal's reason if that comes first. */
async function raced<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let leave = () => {};
  const aborted = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason as Error);
    signal.addEventListener("abort", leave, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", leave);
  }
}
