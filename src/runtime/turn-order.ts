/**
 * Who waits, in the order of turns: tenants take turns, and within one it is first come, first
 * served. A tenant that comes anew stands behind those that are there.
 */
export class TurnOrder<T> {
  /** The order of the map is the order of turns. No line in it is empty. */
  readonly #lines = new Map<string, T[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** How many of a tenant's wait. */
  sizeOf(tenant: string): number {
    return this.#lines.get(tenant)?.length ?? 0;
  }

  add(tenant: string, one: T): void {
    const line = this.#lines.get(tenant);
    if (line) line.push(one);
    else this.#lines.set(tenant, [one]);
    this.#size += 1;
  }

  /** Takes out one that no longer waits. */
  remove(tenant: string, one: T): void {
    const line = this.#lines.get(tenant);
    const at = line?.indexOf(one) ?? -1;
    if (!line || at < 0) return;
    line.splice(at, 1);
    if (line.length === 0) this.#lines.delete(tenant);
    this.#size -= 1;
  }

  /** Takes out the one whose turn it is; undefined when nobody waits. */
  next(): T | undefined {
    const [first] = this.#lines;
    if (!first) return undefined;
    const [tenant, line] = first;
    const one = line.shift();
    // Behind the others, for its next turn.
    this.#lines.delete(tenant);
    if (line.length > 0) this.#lines.set(tenant, line);
    this.#size -= 1;
    return one;
  }
}
