/**
 * A vector of any length as a unit vector: of length 1, in its direction.
 * @returns undefined for one that has no direction: empty, all zeros, or not all finite numbers.
 */
export function unitVector(values: ArrayLike<number>): Float32Array | undefined {
  let largest = 0;
  for (let i = 0; i < values.length; i += 1) {
    const size = Math.abs(values[i] ?? Number.NaN);
    // Written so that NaN does not pass.
    if (!(size <= Number.MAX_VALUE)) return undefined;
    if (size > largest) largest = size;
  }
  if (largest === 0) return undefined;
  // Scaled first: the squares of very large or small numbers would be infinite or nothing, and
  // they may not fit a 32-bit number themselves.
  const scaled = new Float32Array(values.length);
  for (let i = 0; i < values.length; i += 1) scaled[i] = (values[i] ?? 0) / largest;
  return normalise(scaled) ? scaled : undefined;
}

/** How far a length may be from 1 to count as 1: what rounding to 32 bits does to a vector. */
const ROUNDING = 1e-6;

/**
 * Gives a vector the length 1 in place. One that has it stays as it is, to the bit.
 * @returns false for one that has no direction: all zeros, or not all finite numbers.
 */
export function normalise(vector: Float32Array): boolean {
  let square = 0;
  for (let i = 0; i < vector.length; i += 1) {
    const value = vector[i] ?? 0;
    square += value * value;
  }
  // The square of an infinite number is none that is finite, and NaN stays NaN.
  if (!(square > 0 && square <= Number.MAX_VALUE)) return false;
  const length = Math.sqrt(square);
  if (Math.abs(length - 1) <= ROUNDING) return true;
  for (let i = 0; i < vector.length; i += 1) vector[i] = (vector[i] ?? 0) / length;
  return true;
}

/** The cosine of two unit vectors of one length, from -1 to 1. */
export function cosineOfUnits(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return Math.min(1, Math.max(-1, sum));
}
