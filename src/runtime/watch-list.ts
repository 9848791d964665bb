/** Where a member stands in its list. */
export interface Seat<T> {
  readonly member: T;
  /** Undefined once it was taken out. */
  at: number | undefined;
}

/**
 * What is being watched: each request adds an entry and takes it out again.
 *
 * A `Set` would do the same, at a price on Node. V8 gives a set a new table after so many changes,
 * and the old table points to the new one. An old table in the old generation thus keeps alive,
 * until the next full collection, what was ever in the tables after it: with sets each request left
 * 6 KB there, with lists nearly nothing.
 */
export class WatchList<T> {
  readonly #seats: Seat<T>[] = [];

  get size(): number {
    return this.#seats.length;
  }

  /** Adds a member. @returns what `remove` takes. */
  add(member: T): Seat<T> {
    const seat = { member, at: this.#seats.length };
    this.#seats.push(seat);
    return seat;
  }

  /** Takes a member out. @returns whether it was there. */
  remove(seat: Seat<T>): boolean {
    const { at } = seat;
    if (at === undefined) return false;
    seat.at = undefined;
    const last = this.#seats.pop();
    if (last && last !== seat) {
      last.at = at;
      this.#seats[at] = last;
    }
    return true;
  }

  /** Calls back with each seat. Members may come and go meanwhile: one may then be left out. */
  forEach(visit: (seat: Seat<T>) => void): void {
    let at = 0;
    for (let seat = this.#seats[at]; seat; seat = this.#seats[at]) {
      visit(seat);
      // Another one stands in the place of one that has gone.
      if (this.#seats[at] === seat) at += 1;
    }
  }
}
