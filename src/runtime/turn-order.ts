/**
 * Waiting items in the order of turns: tenants take turns, and within a tenant it is first come,
 * first served. A tenant that is added stands behind the others.
 */
export class TurnOrder<T> {
  /** The order of the map is the order of turns. No line in it is empty. */
  readonly #lines = new Map<string, T[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** A tenant's items, in their order. */
  of(tenant: string): readonly T[] {
    return this.#lines.get(tenant) ?? [];
  }

  /** Tenants with their items, in the order of turns. */
  tenants(): Iterable<[tenant: string, line: readonly T[]]> {
    return this.#lines;
  }

  /** Adds an item. */
  add(tenant: string, one: T): void {
    this.#size += 1;
    const line = this.#lines.get(tenant);
    if (line) line.push(one);
    else this.#lines.set(tenant, [one]);
  }

  /** Takes out an item that no longer waits. @returns whether it was there. */
  remove(tenant: string, one: T): boolean {
    const line = this.#lines.get(tenant);
    const at = line?.indexOf(one) ?? -1;
    if (!line || at < 0) return false;
    line.splice(at, 1);
    if (line.length === 0) this.#lines.delete(tenant);
    this.#size -= 1;
    return true;
  }

  /** Takes out an item that has its turn: its tenant goes behind the others. */
  take(tenant: string, one: T): void {
    if (this.remove(tenant, one)) this.#moveToBack(tenant);
  }

  /** Takes out the first of the tenant whose turn it is; undefined when nothing waits. */
  next(): T | undefined {
    for (const [tenant, [first]] of this.#lines) {
      if (first !== undefined) this.take(tenant, first);
      return first;
    }
    return undefined;
  }

  #moveToBack(tenant: string): void {
    const line = this.#lines.get(tenant);
    if (!line) return;
    // A Map keeps the order of insertion.
    this.#lines.delete(tenant);
    this.#lines.set(tenant, line);
  }
}
