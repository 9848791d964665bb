/** Where one that is added stands, unless behind all others. */
interface Standing<T> {
  /** Whether it goes before this one of the same tenant. */
  before?: (other: T) => boolean;
  /** Whether its tenant, which is new, goes before this one. */
  beforeTenant?: (other: string) => boolean;
}

/**
 * What waits, in the order of turns: tenants take turns, and within one it is first come, first
 * served. A tenant that comes anew stands behind those that are there.
 */
export class TurnOrder<T> {
  /** The order of the map is the order of turns. No line in it is empty. */
  readonly #lines = new Map<string, T[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** What waits of one tenant, in its order. */
  of(tenant: string): readonly T[] {
    return this.#lines.get(tenant) ?? [];
  }

  /** Tenants with what waits of them, in the order of turns. */
  tenants(): Iterable<[tenant: string, line: readonly T[]]> {
    return this.#lines;
  }

  /** All that waits. */
  *[Symbol.iterator](): Generator<T> {
    for (const line of this.#lines.values()) yield* line;
  }

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

  /** Takes out one that no longer waits. @returns whether it was there. */
  remove(tenant: string, one: T): boolean {
    const line = this.#lines.get(tenant);
    const at = line?.indexOf(one) ?? -1;
    if (!line || at < 0) return false;
    line.splice(at, 1);
    if (line.length === 0) this.#lines.delete(tenant);
    this.#size -= 1;
    return true;
  }

  /** Takes out one whose turn it is: its tenant goes behind the others, for its next one. */
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
