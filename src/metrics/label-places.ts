/** The label of names that have no place. */
export const OTHER = "other";

interface LabelPlacesOptions {
  /** Names that have a label of their own. */
  most: number;
  /** Told of a name that has lost its place. */
  onLeave: (name: string) => void;
  /** Milliseconds, on any clock. */
  now: () => number;
}

/** Names without a place whose use is remembered: clients can name any number of them. */
const MAX_CANDIDATES = 500;

/** Places are taken over one at a time: each makes new series, which Prometheus has to keep. */
const TAKE_OVER_EVERY_MS = 60_000;

/** What was used counts half after this. */
const HALF_LIFE_MS = 3_600_000;

/**
 * Which names have a label of their own, and which are `other`. The first names have one while there
 * are places; then a name takes over the place of the one that was used least, once it was used more
 * than twice as much. No count is ever moved: what a name has used stays under the label that it had
 * then, so that each series only grows. One that comes back begins at 0, as after a restart.
 */
export class LabelPlaces {
  readonly #options: LabelPlacesOptions;
  readonly #now: () => number;
  /** Use by name. */
  readonly #places = new Map<string, number>();
  /** The same of names without a place; the least recently used stands first. */
  readonly #candidates = new Map<string, number>();
  #tookOverAt = Number.NEGATIVE_INFINITY;
  #halvedAt: number;

  constructor(options: LabelPlacesOptions) {
    this.#options = options;
    this.#now = options.now;
    this.#halvedAt = this.#now();
  }

  /** The label of a name, which is not used by that. */
  labelOf(name: string): string {
    return this.#places.has(name) ? name : OTHER;
  }

  /** The label of a name that was used; by that it may get one. @param use how much; 0 or more. */
  used(name: string, use: number): string {
    if (name === OTHER) return OTHER;
    this.#halve();
    const before = this.#places.get(name);
    if (before !== undefined || this.#places.size < this.#options.most) {
      this.#places.set(name, (before ?? 0) + use);
      return name;
    }
    return use > 0 && this.#takesOver(name, use) ? name : OTHER;
  }

  #takesOver(name: string, use: number): boolean {
    const total = (this.#candidates.get(name) ?? 0) + use;
    const [least, leastUse] = this.#least();
    const isTime = this.#now() - this.#tookOverAt >= TAKE_OVER_EVERY_MS;
    // One that was never used, such as a name that was only refused, holds up nobody.
    if (total > 2 * leastUse && (isTime || leastUse === 0)) {
      this.#tookOverAt = this.#now();
      this.#candidates.delete(name);
      this.#places.delete(least);
      this.#options.onLeave(least);
      this.#remember(least, leastUse);
      this.#places.set(name, total);
      return true;
    }
    this.#remember(name, total);
    return false;
  }

  #least(): [name: string, use: number] {
    let least: [string, number] = ["", Number.POSITIVE_INFINITY];
    for (const place of this.#places) if (place[1] < least[1]) least = place;
    return least;
  }

  #remember(name: string, use: number): void {
    this.#candidates.delete(name);
    this.#candidates.set(name, use);
    if (this.#candidates.size <= MAX_CANDIDATES) return;
    const [oldest = ""] = this.#candidates.keys();
    this.#candidates.delete(oldest);
  }

  #halve(): void {
    const halves = Math.floor((this.#now() - this.#halvedAt) / HALF_LIFE_MS);
    if (halves === 0) return;
    this.#halvedAt += halves * HALF_LIFE_MS;
    for (const uses of [this.#places, this.#candidates]) {
      for (const [name, use] of uses) uses.set(name, use / 2 ** halves);
    }
  }
}
