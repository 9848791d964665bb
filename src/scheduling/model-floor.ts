import QuickLRU from "quick-lru";
import { awakeClock } from "../runtime/awake-clock.ts";
import type { LoadTimes } from "../models/load-times.ts";
import type { LoadedModels } from "../models/loaded-models.ts";
import { swapDueInMs } from "./model-swap.ts";

/** What the floor needs of the loaded models. */
export type FloorModels = Pick<
  LoadedModels,
  "isLoaded" | "isLoading" | "modelsToEvict" | "loadedAt" | "expectLoad" | "mayBeEvictedSince"
>;

interface FloorOptions {
  models: FloorModels;
  loadTimes: Pick<LoadTimes, "of" | "isEmpty">;
  /** No request waits longer than this because of another model's turn. */
  patienceMs: number;
  /**
   * A loaded model keeps the floor this long after its last answer, but no longer than a quarter of
   * the load that waits: a client that sends one request after another is between two of them neither
   * waiting nor running.
   */
  lingerMs?: number;
}

/** A model that is waited for. */
interface Wanted {
  model: string;
  /** The first request for it. */
  enqueuedAt: number;
  /** How many tenants wait for it. */
  tenants: number;
}

/** Times of more models are kept only while these are loaded: clients can make models. */
const MAX_IDLE = 100;
const MAX_GONE = 100;

const LINGER_PART = 0.25;

/**
 * Decides which model has the floor when not all can be in memory at once. A model whose load would
 * evict another waits until the other has been idle for a moment. Is the other never idle, the one
 * that waits is promoted as soon as the swap is due: see `swapDueInMs`.
 */
export class ModelFloor {
  readonly #models: FloorModels;
  readonly #loadTimes: FloorOptions["loadTimes"];
  readonly #patienceMs: number;
  readonly #lingerMs: number;
  readonly #idleSince = new Map<string, number>();
  /** When models had to leave for another one. */
  readonly #goneSince = new QuickLRU<string, number>({ maxSize: MAX_GONE });
  #promoted: string | undefined;

  constructor({ models, loadTimes, patienceMs, lingerMs }: FloorOptions) {
    this.#models = models;
    this.#loadTimes = loadTimes;
    this.#patienceMs = patienceMs;
    this.#lingerMs = lingerMs ?? Math.min(1000, patienceMs / 10);
  }

  /** The starved model that goes before all others; undefined when there is none. */
  get promoted(): string | undefined {
    return this.#promoted;
  }

  /** Whether a model is in memory. */
  isLoaded(model: string): boolean {
    return this.#models.isLoaded(model);
  }

  /**
   * Promotes the model that has been waited for longest of those for which a swap is due, unless one
   * is promoted already for which a request still waits.
   * @param now milliseconds on the clock of `enqueuedAt`.
   * @param workOn how many tenants have work running or waiting for a model.
   */
  promote(waiting: Iterable<Wanted>, now: number, workOn: (model: string) => number): void {
    let due: string | undefined;
    let longestMs = 0;
    let stillWaits = false;
    for (const wanted of waiting) {
      if (wanted.model === this.#promoted) stillWaits = true;
      const waitedMs = now - this.#waitsSince(wanted);
      if (due !== undefined && waitedMs <= longestMs) continue;
      if (!this.#isDue(wanted, now, workOn)) continue;
      due = wanted.model;
      longestMs = waitedMs;
    }
    if (this.#promoted === undefined || !stillWaits) this.#promoted = due;
  }

  /**
   * Whether a request for this model may go now.
   * @param isBusy whether a model has work running or waiting.
   */
  admits(model: string, now: number, isBusy: (model: string) => boolean): boolean {
    const models = this.#models;
    const promoted = this.#promoted;
    if (model === "" || model === promoted) return true;
    // The models to evict for the promoted one get no new work, so that they run dry.
    if (promoted !== undefined && models.modelsToEvict(promoted).includes(model)) return false;
    // Until it is known whether both fit, more work for one would evict the other again.
    const since = models.mayBeEvictedSince(model);
    if (since !== undefined && now < since + this.#patienceMs / 2) return false;
    if (models.isLoaded(model)) return true;
    return models
      .modelsToEvict(model)
      .every((other) => !isBusy(other) && now >= this.#freeAt(other, model));
  }

  /**
   * Which models have the floor before one that is not in memory, and in how many milliseconds it is
   * promoted at the latest; undefined where it waits for no other.
   * @param workOn as `promote`.
   */
  turnOf(
    wanted: Wanted,
    now: number,
    workOn: (model: string) => number,
  ): { after: string[]; inMs: number } | undefined {
    const after = this.#models.modelsToEvict(wanted.model);
    if (after.length === 0) return undefined;
    if (wanted.model === this.#promoted) return { after, inMs: 0 };
    return { after, inMs: Math.max(0, this.#dueInMs(wanted, after, { now, workOn })) };
  }

  /** How long a model takes to load, in milliseconds; undefined while no load has been seen. */
  loadMs(model: string): number | undefined {
    return this.#loadTimes.isEmpty ? undefined : this.#loadTimes.of(model);
  }

  /** A request for a model got its place. */
  started(model: string, now: number): void {
    if (this.#promoted === model) this.#promoted = undefined;
    this.#idleSince.delete(model);
    if (model === "" || this.#models.isLoaded(model)) return;
    for (const other of this.#models.modelsToEvict(model)) this.#goneSince.set(other, now);
    this.#models.expectLoad(model);
  }

  /** A request for a model gave its place back. */
  ended(model: string, now: number): void {
    // Only times of loaded models are read; clients may name any number of others.
    if (!this.#models.isLoaded(model)) return;
    this.#idleSince.set(model, now);
    if (this.#idleSince.size > MAX_IDLE) this.#forgetUnloaded();
  }

  #forgetUnloaded(): void {
    for (const model of this.#idleSince.keys()) {
      if (!this.#models.isLoaded(model)) this.#idleSince.delete(model);
    }
  }

  #freeAt(model: string, next: string): number {
    const lingerMs = Math.min(this.#lingerMs, LINGER_PART * this.#loadTimes.of(next));
    return (this.#idleSince.get(model) ?? this.#models.loadedAt(model)) + lingerMs;
  }

  /** Since when a model is waited for because of another one's turn. */
  #waitsSince({ model, enqueuedAt }: Wanted): number {
    return Math.max(enqueuedAt, this.#goneSince.get(model) ?? enqueuedAt);
  }

  /** Whether it is time to have a model loaded in the place of others. */
  #isDue(wanted: Wanted, now: number, workOn: (model: string) => number): boolean {
    const models = this.#models;
    if (wanted.model === "" || models.isLoaded(wanted.model)) return false;
    const toEvict = models.modelsToEvict(wanted.model);
    if (toEvict.length === 0 || toEvict.some((other) => models.isLoading(other))) return false;
    return this.#dueInMs(wanted, toEvict, { now, workOn }) <= 0;
  }

  #dueInMs(
    wanted: Wanted,
    toEvict: string[],
    { now, workOn }: { now: number; workOn: (model: string) => number },
  ): number {
    return swapDueInMs({
      heldMs: now - Math.max(...toEvict.map((other) => this.#models.loadedAt(other))),
      // After a sleep of the machine the patience starts again.
      waitedMs: now - Math.max(this.#waitsSince(wanted), awakeClock.wokeAt),
      waiting: wanted.tenants,
      working: sum(toEvict.map(workOn)),
      loadMs: this.#loadTimes.of(wanted.model),
      loadBackMs: sum(toEvict.map((other) => this.#loadTimes.of(other))),
      patienceMs: this.#patienceMs,
    });
  }
}

function sum(values: number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
