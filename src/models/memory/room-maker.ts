import { awakeTimeoutSignal } from "../../runtime/awake-timeout.ts";
import type { IdleUnloader } from "./idle-unloader.ts";
import type { MemoryView, ViewedModel } from "./memory-view.ts";
import { byNeed, mayLeave, type UnloadReason } from "./unload-choice.ts";

interface RoomMakerOptions {
  view: Pick<MemoryView, "limits" | "mostLoaded">;
  unloader: Pick<IdleUnloader, "unloadOnceIdle">;
  /** Whether a load of a model is under way. */
  isLoading: (model: string) => boolean;
  /** Whether a model is pinned. */
  isPinned: (model: string) => boolean;
  /** How long a load waits for requests on a model that is to leave for it. */
  maxWaitMs: number;
  onUnload: (model: string, reason: UnloadReason, freedBytes: number) => void;
  /** Told of what went wrong while room was made. */
  onFault: (err: unknown, model: string) => void;
}

/** Room that was made for a load. */
export interface MadeRoom {
  /** Names of the models that have left for it. */
  left: string[];
  /** To be called when the load has ended, however. */
  end: () => void;
}

/** What takes room in memory: a model that is there, or one that is being loaded. */
interface Occupant {
  name: string;
  bytes: number;
  /** Lower ones leave first; undefined: it stays. */
  rank: number | undefined;
}

/**
 * Has models leave for one that is about to be loaded. Loads that are under way count, whether they
 * have begun or wait for room themselves. A later load may wait for an earlier one, and for the
 * requests on it, never the other way round.
 */
export class RoomMaker {
  readonly #options: RoomMakerOptions;
  /** Models that are being loaded, with the bytes that they will take as far as known. */
  readonly #coming = new Map<string, number>();
  /** Models that are leaving for them; each settles when that model is gone, or stays after all. */
  readonly #leaving = new Map<string, Promise<void>>();

  constructor(options: RoomMakerOptions) {
    this.#options = options;
  }

  /** Whether a model (canonical name) is to leave. */
  isLeaving(model: string): boolean {
    return this.#leaving.has(model);
  }

  /**
   * Makes room as far as that is possible; settles when it is made.
   * @param bytes that the model will take; 0 where that is not known, or cannot be had anyhow.
   * @param models what is in memory at this moment.
   * Never rejects.
   */
  async make(model: string, bytes: number, models: ViewedModel[]): Promise<MadeRoom> {
    const toLeave = this.#toLeave(bytes, this.#occupants(model, models));
    this.#coming.set(model, bytes);
    const left: string[] = [];
    const made = { left, end: () => void this.#coming.delete(model) };
    if (toLeave.length === 0) return made;
    const signal = awakeTimeoutSignal(this.#options.maxWaitMs);
    const leave = async (one: Occupant): Promise<void> => {
      if (await this.#unload(one, model, signal)) left.push(one.name);
    };
    // All at once: none of them gets new work from now on.
    await Promise.all(toLeave.map((one) => this.#leaving.get(one.name) ?? leave(one)));
    return made;
  }

  /**
   * Who leaves first: models that leave for others anyhow, then those on which nothing runs, then
   * those that have work, last those that are only being loaded.
   */
  #occupants(model: string, models: ViewedModel[]): Occupant[] {
    const { isLoading, isPinned } = this.#options;
    const there = models.filter(({ name }) => name !== model).toSorted(byNeed);
    const names = new Set([model, ...there.map(({ name }) => name)]);
    const rankOf = (one: ViewedModel): number | undefined => {
      if (this.#leaving.has(one.name)) return 0;
      if (!mayLeave(one)) return undefined;
      return one.running === 0 && !isLoading(one.name) ? 1 : 2;
    };
    const coming = [...this.#coming].filter(([name]) => !names.has(name));
    return [
      ...there.map((one) => ({ name: one.name, bytes: one.bytes, rank: rankOf(one) })),
      ...coming.map(([name, bytes]) => ({ name, bytes, rank: isPinned(name) ? undefined : 3 })),
    ];
  }

  #toLeave(bytes: number, occupants: Occupant[]): Occupant[] {
    const { limits, mostLoaded = Infinity } = this.#options.view;
    const limitBytes = limits.isCertain && bytes > 0 ? limits.limitBytes : Infinity;
    let count = occupants.length;
    let together = occupants.reduce((sum, one) => sum + one.bytes, bytes);
    const toLeave: Occupant[] = [];
    const order = occupants
      .filter(({ rank }) => rank !== undefined)
      .toSorted((a, b) => (a.rank ?? 0) - (b.rank ?? 0));
    for (const next of order) {
      if (count < mostLoaded && together <= limitBytes) break;
      count -= 1;
      together -= next.bytes;
      toLeave.push(next);
    }
    return toLeave;
  }

  /** Unloads a model once it is idle. @returns whether it has left. Never rejects. */
  async #unload(
    { name, bytes }: Occupant,
    forModel: string,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { unloader, onUnload, onFault } = this.#options;
    const unloading = unloader.unloadOnceIdle(name, signal).catch((err: unknown) => {
      // The server itself has idle models leave for others, and waits for those that run.
      if (!signal.aborted) onFault(err, forModel);
      return false;
    });
    const ended = unloading.then(() => void this.#leaving.delete(name));
    this.#leaving.set(name, ended);
    await ended;
    const hasLeft = await unloading;
    if (hasLeft) onUnload(name, "room", bytes);
    return hasLeft;
  }
}
