import { type Seat, WatchList } from "../runtime/watch-list.ts";
import type { Place } from "./place.ts";

interface PlaceWatchOptions {
  /** Told of each place that was held by nobody, once it is free again. */
  onFault: (place: Place) => void;
  sweepMs?: number;
}

const SWEEP_MS = 5000;

/**
 * Gives back places that nobody looks after. It asks for owners, not for time: however long a model
 * loads or thinks, its place is held. A place without an owner in two sweeps in a row is a mistake
 * of ours, which would shut the model for everyone in the end; between two owners it has none for a
 * moment. One timer serves all, and runs only while there are places held.
 */
export class PlaceWatch {
  readonly #options: PlaceWatchOptions;
  readonly #held = new WatchList<Place>();
  #doubted = new Set<Place>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PlaceWatchOptions) {
    this.#options = options;
  }

  /** Watches a place until it is taken out of the list with what this returns. */
  add(place: Place): Seat<Place> {
    const seat = this.#held.add(place);
    const { sweepMs = SWEEP_MS } = this.#options;
    this.#timer ??= setInterval(() => this.#sweep(), sweepMs).unref();
    return seat;
  }

  /** The place was given back. */
  forget(seat: Seat<Place>): void {
    this.#held.remove(seat);
  }

  /** Ends the timer when there was nothing to watch: not with each place, which has its price. */
  #sweep(): void {
    if (this.#held.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    const doubted = new Set<Place>();
    this.#held.forEach(({ member: place }) => {
      if (place.isOwned) return;
      if (!this.#doubted.has(place)) doubted.add(place);
      else {
        place.takeBack();
        this.#options.onFault(place);
      }
    });
    this.#doubted = doubted;
  }
}
