import { type Seat, WatchList } from "../runtime/watch-list.ts";
import type { Place } from "./place.ts";

interface PlaceWatchOptions {
  /** Called with each place that had no owner, once it is free again. */
  onFault: (place: Place) => void;
  sweepMs?: number;
}

const SWEEP_MS = 5000;

/**
 * Revokes places that were leaked: held, and without an owner. Time does not count: however long a
 * model loads or thinks, its place has an owner. Between two owners a place has none for a moment; a
 * place without one in two sweeps in a row is a mistake of ours, which in the end would block the
 * model for all tenants. One timer serves all places, and runs only while some are held.
 */
export class PlaceWatch {
  readonly #options: PlaceWatchOptions;
  readonly #held = new WatchList<Place>();
  #ownerless = new Set<Place>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PlaceWatchOptions) {
    this.#options = options;
  }

  /** Watches a place. @returns what `forget` takes. */
  add(place: Place): Seat<Place> {
    const seat = this.#held.add(place);
    const { sweepMs = SWEEP_MS } = this.#options;
    this.#timer ??= setInterval(() => this.#sweep(), sweepMs).unref();
    return seat;
  }

  /** A place was given back. */
  forget(seat: Seat<Place>): void {
    this.#held.remove(seat);
  }

  /** Stops the timer when nothing is watched: to do so with each place would have its price. */
  #sweep(): void {
    if (this.#held.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    const ownerless = new Set<Place>();
    this.#held.forEach(({ member: place }) => {
      if (place.isOwned) return;
      if (!this.#ownerless.has(place)) ownerless.add(place);
      else {
        place.revoke();
        this.#options.onFault(place);
      }
    });
    this.#ownerless = ownerless;
  }
}
