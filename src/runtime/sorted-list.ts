/**
 * Members in an order. To add and to remove one costs a binary search and a move of memory: with
 * a thousand members that is less than a microsecond, which no tree is at this size.
 */
export class SortedList<T> {
  readonly #compare: (a: T, b: T) => number;
  readonly #members: T[] = [];

  /** @param compare negative where `a` goes first; 0 only for the same member. */
  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  get size(): number {
    return this.#members.length;
  }

  get first(): T | undefined {
    return this.#members[0];
  }

  add(member: T): void {
    this.#members.splice(this.#placeOf(member), 0, member);
  }

  /** Takes a member out, which compares as it did when it was added. */
  remove(member: T): void {
    const at = this.#placeOf(member);
    if (this.#members[at] === member) this.#members.splice(at, 1);
  }

  at(index: number): T | undefined {
    return this.#members[index];
  }

  /** How many of the first members this holds for; for none after one for which it does not. */
  countWhile(holds: (member: T) => boolean): number {
    let [low, high] = [0, this.#members.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#members[middle];
      if (other !== undefined && holds(other)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#members[Symbol.iterator]();
  }

  /** How many members go before this one. */
  #placeOf(member: T): number {
    return this.countWhile((other) => this.#compare(other, member) < 0);
  }
}
