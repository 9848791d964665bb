/** Digits of which one suffices to tell a 32-bit number from its neighbours. */
const FEWEST_DIGITS = 7;
const ENOUGH_DIGITS = 9;

/** Powers of ten beyond this are not exact. */
const POWERS = Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);

/**
 * The numbers of a unit vector as JSON should show them: as short as identifies them as 32-bit
 * numbers, which is how the server wrote them. 0.6 is 0.6000000238418579 as one; as that,
 * vectors would be twice as long.
 */
export function shortestNumbers(vector: Float32Array): number[] {
  return Array.from(vector, shortest);
}

function shortest(value: number): number {
  if (value === 0) return 0;
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  for (let digits = FEWEST_DIGITS; digits <= ENOUGH_DIGITS; digits += 1) {
    const power = POWERS[digits - 1 - magnitude];
    if (power === undefined) break;
    const rounded = Math.round(value * power) / power;
    if (Math.fround(rounded) === value) return rounded;
  }
  return value;
}
