import { Index, MetricKind, ScalarKind } from "usearch";
import type { Match } from "./protocol.ts";
import { similarityOf } from "./rows.ts";

/**
 * Measured with 100 000 vectors of 384 numbers in clusters (bench/similarity.mjs): half
 * precision finds 0.999 of the ten nearest in 1 ms; whole precision finds the same in twice the
 * memory, bytes (i8) 0.94.
 */
const SETTINGS = {
  metric: MetricKind.Cos,
  quantization: ScalarKind.F16,
  connectivity: 16,
  expansion_add: 64,
  expansion_search: 64,
  multi: false,
};

/** How many more entries a search looks for, since some may have been removed. */
const SPARE = 8;
/** The most entries that a search looks for. When all of them are removed, the rest is not near. */
const MOST_LOOKED_FOR = 1024;

/**
 * An index of unit vectors (HNSW). Removed entries stay in it and are skipped: usearch 2.25 loses
 * the keys that it was to remove, or removes others, once as many were removed as its table of keys
 * has room for (its `equal_range` takes a table without a gap for a match).
 */
export class AppendIndex {
  readonly #index: Index;
  /** Ids by their position in the index; undefined: removed. */
  readonly #ids: (number | undefined)[] = [];
  readonly #placeOf = new Map<number, number>();

  constructor(dimensions: number) {
    this.#index = new Index({ dimensions, ...SETTINGS });
  }

  /** Entries that are not removed. */
  get size(): number {
    return this.#placeOf.size;
  }

  /** Removed entries that still take memory and time. */
  get removed(): number {
    return this.#ids.length - this.size;
  }

  /** @param id one that it does not have. @param vector a unit vector; it is copied. */
  add(id: number, vector: Float32Array): void {
    const place = this.#ids.length;
    this.#index.add(BigInt(place), vector, 1);
    this.#ids.push(id);
    this.#placeOf.set(id, place);
  }

  remove(id: number): void {
    const place = this.#placeOf.get(id);
    if (place === undefined) return;
    this.#placeOf.delete(id);
    this.#ids[place] = undefined;
  }

  /** The nearest to a unit vector, nearest first. */
  nearest(vector: Float32Array, count: number): Match[] {
    if (this.size === 0 || count === 0) return [];
    let lookedFor = count + SPARE;
    for (;;) {
      const { keys, distances } = this.#index.search(vector, lookedFor, 1);
      const found = Array.from(keys, (place, i) => ({
        id: this.#ids[Number(place)],
        similarity: similarityOf(distances[i]),
      }));
      const matches = found.filter((match): match is Match => match.id !== undefined);
      const isAll = keys.length < lookedFor || matches.length === this.size;
      if (matches.length >= count || isAll || lookedFor >= MOST_LOOKED_FOR) {
        return matches.slice(0, count);
      }
      lookedFor *= 4;
    }
  }
}
