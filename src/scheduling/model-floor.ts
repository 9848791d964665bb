import type { LoadedModels } from "../models/loaded-models.ts";

/** What the floor asks of the models in memory. */
export type FloorModels = Pick<
  LoadedModels,
  "isLoaded" | "modelsToEvict" | "loadedAt" | "expectLoad" | "unsureSince"
>;

interface FloorOptions {
  models: FloorModels;
  /** No request waits longer than this because of another model's turn. */
  patienceMs: number;
  /** A loaded model keeps the floor this long after its last answer: clients that ask one
   * question after another are never both waiting and running. */
  lingerMs?: number;
}

interface Waiting {
  model: string;
  enqueuedAt: number;
}

/** Times of more models are kept only while these are loaded: clients can make models. */
const MAX_IDLE = 100;

/**
 * Decides which model has the floor when not all can be in memory at once. A model that would
 * push out another waits until the other has been idle for a moment, or claims the floor: once
 * it has waited half the patience and the other has held the floor for half the patience. The
 * halves leave room for the running requests to end and the load to happen, and they bound the
 * loads to two in a patience however heavy the traffic is.
 */
export class ModelFloor {
  readonly #models: FloorModels;
  readonly #halfPatienceMs: number;
  readonly #lingerMs: number;
  readonly #idleSince = new Map<string, number>();
  #claimed: string | undefined;

  constructor({ models, patienceMs, lingerMs }: FloorOptions) {
    this.#models = models;
    this.#halfPatienceMs = patienceMs / 2;
    this.#lingerMs = lingerMs ?? Math.min(1000, patienceMs / 10);
  }

  /** The model that is next whatever else waits. */
  get claimed(): string | undefined {
    return this.#claimed;
  }

  isLoaded(model: string): boolean {
    return this.#models.isLoaded(model);
  }

  /** Looks for a request that has waited long enough to claim the floor for its model. */
  claim(waiting: Iterable<Waiting>, now: number): void {
    let oldest: Waiting | undefined;
    let claimStillWaits = false;
    for (const ticket of waiting) {
      if (ticket.model === this.#claimed) claimStillWaits = true;
      if (oldest && oldest.enqueuedAt <= ticket.enqueuedAt) continue;
      if (this.#isDue(ticket, now)) oldest = ticket;
    }
    if (this.#claimed === undefined || !claimStillWaits) this.#claimed = oldest?.model;
  }

  /**
   * Whether a request for this model may go now.
   * @param isBusy whether a model has work running or waiting.
   */
  admits(model: string, now: number, isBusy: (model: string) => boolean): boolean {
    if (model === "") return true;
    if (this.#claimed === model) return true;
    // What stands in the claimed model's way gets no new work, so that it runs dry.
    if (this.#claimed !== undefined && this.#models.modelsToEvict(this.#claimed).includes(model)) {
      return false;
    }
    // Until it is known whether both fit, more work for one would push the other out again.
    const unsureSince = this.#models.unsureSince(model);
    if (unsureSince !== undefined && now < unsureSince + this.#halfPatienceMs) return false;
    if (this.#models.isLoaded(model)) return true;
    const toEvict = this.#models.modelsToEvict(model);
    return toEvict.every((other) => !isBusy(other) && now >= this.#freeAt(other));
  }

  started(model: string): void {
    if (this.#claimed === model) this.#claimed = undefined;
    this.#idleSince.delete(model);
    if (model !== "" && !this.#models.isLoaded(model)) this.#models.expectLoad(model);
  }

  ended(model: string, now: number): void {
    // Only loaded models are asked about; clients may name any number of others.
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

  #isDue({ model, enqueuedAt }: Waiting, now: number): boolean {
    if (model === "" || this.#models.isLoaded(model)) return false;
    const toEvict = this.#models.modelsToEvict(model);
    if (toEvict.length === 0) return false;
    const heldSince = Math.max(...toEvict.map((other) => this.#models.loadedAt(other)));
    return now >= Math.max(enqueuedAt, heldSince) + this.#halfPatienceMs;
  }
}
