/** The position of an added item, unless it is the last. */
interface Standing<T> {
  /** Whether it goes before this item of the same tenant. */
  before?: (other: T) => boolean;
  /** Whether its tenant, which is new here, goes before this tenant. */
  beforeTenant?: (other: string) => boolean;
}

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

  /** All items. */
  *[Symbol.iterator](): Generator<T> {
    for (const line of this.#lines.values()) yield* line;
  }

  /**
   * How many items have their turn before this one, of those that count; undefined where it is not
   * among the waiting.
   */
  turnsBefore(tenant: string, one: T, counts: (item: T) => boolean): number | undefined {
    const index = this.#lines.get(tenant)?.filter(counts).indexOf(one) ?? -1;
    if (index < 0) return undefined;
    let before = index;
    let round = index + 1;
    for (const [other, line] of this.#lines) {
      // Tenants behind it have had one turn less when its own has come.
      if (other === tenant) round = index;
      else before += Math.min(line.filter(counts).length, round);
    }
    return before;
  }

  /** Adds an item. */
  add(tenant: string, one: T, { before, beforeTenant }: Standing<T> = {}): void {
    this.#size += 1;
    const line = this.#lines.get(tenant);
    if (line) {
      const at = before ? line.findIndex(before) : -1;
      if (at < 0) line.push(one);
      else line.splice(at, 0, one);
      return;
    }
    const behind = beforeTenant ? [...this.#lines].filter(([other]) => beforeTenant(other)) : [];
    this.#lines.set(tenant, [one]);
    for (const [other] of behind) this.#moveToBack(other);
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
