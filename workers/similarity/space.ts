import { normalise } from "../../src/vectors/unit-vector.ts";
import { AppendIndex } from "./append-index.ts";
import type { Match } from "./protocol.ts";
import { Rows } from "./rows.ts";

/** The largest space that is scanned one by one, which is exact and takes 0.4 ms. */
export const SCANNED_UP_TO = 4096;

/**
 * The entries of a space. New entries are rows, which are scanned. When there are many rows they
 * move to an index one by one (`indexOne`), since adding one to a large index takes a millisecond.
 * A search looks at both, so it finds each entry at any time.
 */
export class Space {
  #dimensions = 0;
  #rows: Rows | undefined;
  #index: AppendIndex | undefined;

  get size(): number {
    return this.indexed + (this.#rows?.size ?? 0);
  }

  /** Entries that are in the index. */
  get indexed(): number {
    return this.#index?.size ?? 0;
  }

  /** Whether entries are to move to the index. */
  get isBehind(): boolean {
    const scanned = this.#rows?.size ?? 0;
    return this.#index ? scanned > 0 : scanned > SCANNED_UP_TO;
  }

  /**
   * Whether more of the index is removed than not. Then it has to be built again, from vectors that
   * are not here.
   */
  get isWornOut(): boolean {
    const removed = this.#index?.removed ?? 0;
    return removed > SCANNED_UP_TO && removed > this.size;
  }

  /**
   * Adds entries; an existing entry gets the new vector.
   * @param vectors one after the other in the order of the ids, of any length each; they belong to
   * the space from now on.
   * @returns false when a vector has another length than the others, no direction, or a number that
   * is not finite; then nothing has changed. Usearch would accept such a vector, and answer that it
   * is the nearest to everything.
   */
  add(ids: number[], vectors: Float32Array): boolean {
    if (ids.length === 0) return vectors.length === 0;
    const dimensions = vectors.length / ids.length;
    if (!Number.isInteger(dimensions) || dimensions === 0) return false;
    if (this.size > 0 && dimensions !== this.#dimensions) return false;
    const vectorAt = (row: number): Float32Array =>
      vectors.subarray(row * dimensions, (row + 1) * dimensions);
    for (let row = 0; row < ids.length; row += 1) if (!normalise(vectorAt(row))) return false;
    if (this.size === 0) this.#clear(dimensions);
    if (!this.#rows && !this.#index && new Set(ids).size === ids.length) {
      this.#rows = new Rows(dimensions, ids, vectors);
      return true;
    }
    this.#rows ??= new Rows(dimensions);
    for (const [row, id] of ids.entries()) {
      this.#index?.remove(id);
      this.#rows.set(id, vectorAt(row));
    }
    return true;
  }

  remove(id: number): void {
    this.#rows?.delete(id);
    this.#index?.remove(id);
    if (this.size === 0) this.#clear(0);
  }

  /**
   * The nearest `count` entries with at least this similarity; undefined for an invalid vector.
   * @param vector normalised in place.
   */
  search(vector: Float32Array, count: number, atLeast: number): Match[] | undefined {
    if (this.size > 0 && vector.length !== this.#dimensions) return undefined;
    if (!normalise(vector)) return undefined;
    const scanned = this.#rows?.nearest(vector, count) ?? [];
    const indexed = this.#index?.nearest(vector, count) ?? [];
    return [...scanned, ...indexed]
      .filter(({ similarity }) => similarity >= atLeast)
      .sort((a, b) => b.similarity - a.similarity || a.id - b.id)
      .slice(0, count);
  }

  /** Moves one entry to the index. Returns whether there are more. */
  indexOne(): boolean {
    const entry = this.isBehind ? this.#rows?.last() : undefined;
    if (!entry || !this.#rows) return false;
    this.#index ??= new AppendIndex(this.#dimensions);
    this.#index.add(entry.id, entry.vector);
    this.#rows.delete(entry.id);
    if (this.#rows.size === 0) this.#rows = undefined;
    return this.#rows !== undefined;
  }

  #clear(dimensions: number): void {
    this.#dimensions = dimensions;
    this.#rows = undefined;
    this.#index = undefined;
  }
}
