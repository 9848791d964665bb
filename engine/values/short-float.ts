import { setImmediate } from "node:timers/promises";

/** Vectors that are shortened in one turn of the event loop: some milliseconds. */
const VECTORS_A_TURN = 32;

/**
 * Vectors of 32-bit floats as answers show them. Other requests get their turn after some vectors.
 */
export async function shortVectors(vectors: readonly (readonly number[])[]): Promise<number[][]> {
  const short: number[][] = [];
  for (const vector of vectors) {
    short.push(vector.map(shortFloat));
    if (short.length % VECTORS_A_TURN === 0) await setImmediate();
  }
  return short;
}

/** The shortest decimal that reads back as the same 32-bit float, as Go prints it. */
export function shortFloat(value: number): number {
  for (const digits of [7, 8]) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return Number(value.toPrecision(9));
}
