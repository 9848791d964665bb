/** A member's place in a list, by which it is taken out. */
export interface Link<T> {
  readonly member: T;
  previous: Link<T> | undefined;
  next: Link<T> | undefined;
}

/** Members in the order in which they came; to take one out costs the same wherever it stands. */
export class LinkedList<T> {
  #first: Link<T> | undefined;
  #last: Link<T> | undefined;
  #size = 0;

  get first(): T | undefined {
    return this.#first?.member;
  }

  get size(): number {
    return this.#size;
  }

  get isEmpty(): boolean {
    return this.#first === undefined;
  }

  /** Adds a member at the end. @returns what `remove` takes, once. */
  add(member: T): Link<T> {
    const link: Link<T> = { member, previous: this.#last, next: undefined };
    if (this.#last) this.#last.next = link;
    else this.#first = link;
    this.#last = link;
    this.#size += 1;
    return link;
  }

  remove(link: Link<T>): void {
    const { previous, next } = link;
    // One that is old would keep alive whatever came after it, until the next full collection.
    link.previous = undefined;
    link.next = undefined;
    if (previous) previous.next = next;
    else this.#first = next;
    if (next) next.previous = previous;
    else this.#last = previous;
    this.#size -= 1;
  }

  /** The first member for which this holds. */
  find(holds: (member: T) => boolean): T | undefined {
    let link = this.#first;
    while (link && !holds(link.member)) link = link.next;
    return link?.member;
  }

  *[Symbol.iterator](): Generator<T> {
    for (let link = this.#first; link; link = link.next) yield link.member;
  }
}
