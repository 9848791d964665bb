import { seededRandom } from "./prng.ts";

/** Vectors that look random and are the same each run, one after the other. */
export function randomVectors(count: number, dimensions: number, seed = 1): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: count * dimensions }, () => random() * 2 - 1);
}

/** The vector at a place among vectors of one length. */
export function rowOf(vectors: Float32Array, row: number, dimensions: number): Float32Array {
  return vectors.slice(row * dimensions, (row + 1) * dimensions);
}

/** The cosine, by the book. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [product, squareA, squareB] = [0, 0, 0];
  for (let i = 0; i < a.length; i += 1) {
    const [x, y] = [a[i] ?? Number.NaN, b[i] ?? Number.NaN];
    product += x * y;
    squareA += x * x;
    squareB += y * y;
  }
  return product / Math.sqrt(squareA) / Math.sqrt(squareB);
}

/** The rows of vectors by their cosine with a query, nearest first. */
export function nearestRows(
  vectors: Float32Array,
  query: Float32Array,
): { row: number; similarity: number }[] {
  const { length } = query;
  return Array.from({ length: vectors.length / length }, (_, row) => ({
    row,
    similarity: cosine(rowOf(vectors, row, length), query),
  })).sort((a, b) => b.similarity - a.similarity);
}
