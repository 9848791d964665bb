import { exactSearch, MetricKind } from "usearch";
import type { Match } from "./protocol.ts";

/** Rows that memory is allocated for at first; most spaces stay that small. */
const FEWEST = 4;

/** The cosine from usearch's distance, which rounding may put slightly outside its range. */
export function similarityOf(distance: number | undefined): number {
  return Math.max(-1, Math.min(1, 1 - (distance ?? Number.NaN)));
}

/** Unit vectors in one piece of memory, searched one by one. */
export class Rows {
  readonly dimensions: number;
  /** Starts at the beginning of its buffer: usearch's scan reads the buffer from its start. */
  #values: Float32Array;
  readonly #ids: number[];
  readonly #rowOf: Map<number, number>;

  /**
   * @param ids each once.
   * @param values unit vectors in the order of the ids; they belong to the rows from now on.
   */
  constructor(dimensions: number, ids: number[] = [], values: Float32Array = new Float32Array()) {
    this.dimensions = dimensions;
    this.#values = values.byteOffset === 0 ? values : values.slice();
    this.#ids = ids;
    this.#rowOf = new Map(ids.map((id, row) => [id, row]));
  }

  get size(): number {
    return this.#ids.length;
  }

  /** @param vector a unit vector; it is copied. */
  set(id: number, vector: Float32Array): void {
    const row = this.#rowOf.get(id) ?? this.#ids.length;
    if ((row + 1) * this.dimensions > this.#values.length) {
      this.#resize(Math.max(FEWEST, Math.ceil((row + 1) * 1.5)));
    }
    this.#values.set(vector, row * this.dimensions);
    this.#ids[row] = id;
    this.#rowOf.set(id, row);
  }

  /** Removes a row. Returns whether it existed. */
  delete(id: number): boolean {
    const row = this.#rowOf.get(id);
    if (row === undefined) return false;
    const last = this.#ids.length - 1;
    const lastId = this.#ids[last] ?? id;
    // The last row takes the place of the removed one, so that there are no gaps.
    this.#values.copyWithin(row * this.dimensions, last * this.dimensions, this.#end);
    this.#ids[row] = lastId;
    this.#rowOf.set(lastId, row);
    this.#ids.pop();
    this.#rowOf.delete(id);
    if (last * this.dimensions * 2 < this.#values.length && last >= FEWEST) {
      this.#resize(Math.ceil(last * 1.25));
    }
    return true;
  }

  /** The last row. A search still finds it until it is deleted. */
  last(): { id: number; vector: Float32Array } | undefined {
    const id = this.#ids.at(-1);
    if (id === undefined) return undefined;
    return { id, vector: this.#values.subarray(this.#end - this.dimensions, this.#end) };
  }

  /** The nearest to a unit vector, nearest first. */
  nearest(vector: Float32Array, count: number): Match[] {
    if (this.size === 0 || count === 0) return [];
    const { keys, distances } = exactSearch(
      this.#values.subarray(0, this.#end),
      vector.byteOffset === 0 ? vector : vector.slice(),
      this.dimensions,
      Math.min(count, this.size),
      MetricKind.Cos,
      1,
    );
    return Array.from(keys, (row, i) => ({
      id: this.#ids[Number(row)] ?? -1,
      similarity: similarityOf(distances[i]),
    }));
  }

  get #end(): number {
    return this.#ids.length * this.dimensions;
  }

  #resize(rows: number): void {
    const values = new Float32Array(rows * this.dimensions);
    values.set(this.#values.subarray(0, Math.min(this.#end, values.length)));
    this.#values = values;
  }
}
