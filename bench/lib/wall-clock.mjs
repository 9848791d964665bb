/** Milliseconds since 1970 with fractions: the same clock in all processes of a machine. */
export function wallClockMs() {
  return performance.timeOrigin + performance.now();
}
