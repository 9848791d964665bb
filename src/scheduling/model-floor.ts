import type { LoadedModels } from "../models/loaded-models.ts";

/** What the floor needs of the loaded models. */
export type FloorModels = Pick<
  LoadedModels,
  "isLoaded" | "modelsToEvict" | "loadedAt" | "expectLoad" | "mayBeEvictedSince"
>;

interface FloorOptions {
  models: FloorModels;
  /** No request waits longer than this because of another model's turn. */
  patienceMs: number;
  /**
   * A loaded model keeps the floor this long after its last answer: a client that sends one request
   * after another is between two of them neither waiting nor running.
   */
  lingerMs?: number;
}

interface Waiting {
  model: string;
  enqueuedAt: number;
}

/** Times of more models are kept only while these are loaded: clients can make models. */
const MAX_IDLE = 100;

/**
 * Decides which model has the floor when not all can be in memory at once. A model whose load would
 * evict another waits until the other has been idle for a moment. A starved model is promoted: one
 * that has waited half the patience while the other has held the floor for half the patience. The
 * halves leave room for the running requests to end and the load to happen, and they bound the
 * loads to two in a patience however heavy the traffic is.
 */
export class ModelFloor {
  readonly #models: FloorModels;
  readonly #halfPatienceMs: number;
  readonly #lingerMs: number;
  readonly #idleSince = new Map<string, number>();
  #promoted: string | undefined;

  constructor({ models, patienceMs, lingerMs }: FloorOptions) {
    this.#models = models;
    this.#halfPatienceMs = patienceMs / 2;
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
   * Promotes the model of the request that has starved longest, unless one is promoted already for
   * which a request still waits.
   * @param now milliseconds on the clock of `enqueuedAt`.
   */
  promoteStarved(waiting: Iterable<Waiting>, now: number): void {
    let oldest: Waiting | undefined;
    let stillWaits = false;
    for (const ticket of waiting) {
      if (ticket.model === this.#promoted) stillWaits = true;
      if (oldest && oldest.enqueuedAt <= ticket.enqueuedAt) continue;
      if (this.#isStarved(ticket, now)) oldest = ticket;
    }
    if (this.#promoted === undefined || !stillWaits) this.#promoted = oldest?.model;
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
    if (since !== undefined && now < since + this.#halfPatienceMs) return false;
    if (models.isLoaded(model)) return true;
    return models
      .modelsToEvict(model)
      .every((other) => !isBusy(other) && now >= this.#freeAt(other));
  }

  /** A request for a model got its place. */
  started(model: string): void {
    if (this.#promoted === model) this.#promoted = undefined;
    this.#idleSince.delete(model);
    if (model !== "" && !this.#models.isLoaded(model)) this.#models.expectLoad(model);
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

  #freeAt(model: string): number {
    return (this.#idleSince.get(model) ?? this.#models.loadedAt(model)) + this.#lingerMs;
  }

  #isStarved({ model, enqueuedAt }: Waiting, now: number): boolean {
    if (model === "" || this.#models.isLoaded(model)) return false;
    const toEvict = this.#models.modelsToEvict(model);
    if (toEvict.length === 0) return false;
    const heldSince = Math.max(...toEvict.map((other) => this.#models.loadedAt(other)));
    return now >= Math.max(enqueuedAt, heldSince) + this.#halfPatienceMs;
  }
}
