/** An object that has, for each of some values, what is made of it. */
export function byValue<K extends string, T>(
  values: readonly K[],
  make: (value: K) => T,
): Record<K, T> {
  return Object.fromEntries(values.map((value) => [value, make(value)])) as Record<K, T>;
}
