/** Neighbours that a value may depend on; see `slopeOf`. */
const LAGS = 4;
/** Two-sided 95 % of Student's t with some twenty degrees of freedom. */
const T_95 = 2.09;

/**
 * How fast values grow, by least squares, with the 95 % interval of that. Memory now depends on
 * memory a moment ago, so the interval is Newey and West's (Econometrica 55, 1987), which allows
 * for it; the usual one would be too narrow.
 * @param {{ at: number, value: number }[]} points at least three
 * @returns {{ slope: number, low: number, high: number }} per unit of `at`
 */
export function slopeOf(points) {
  const count = points.length;
  const mean = (pick) => points.reduce((sum, point) => sum + pick(point), 0) / count;
  const [meanAt, meanValue] = [mean(({ at }) => at), mean(({ value }) => value)];
  const spread = points.reduce((sum, { at }) => sum + (at - meanAt) ** 2, 0);
  const slope =
    points.reduce((sum, { at, value }) => sum + (at - meanAt) * (value - meanValue), 0) / spread;
  const scores = points.map(
    ({ at, value }) => (at - meanAt) * (value - meanValue - slope * (at - meanAt)),
  );
  let variance = scores.reduce((sum, score) => sum + score ** 2, 0);
  for (let lag = 1; lag <= LAGS; lag += 1) {
    const weight = 1 - lag / (LAGS + 1);
    for (let i = lag; i < count; i += 1) {
      variance += 2 * weight * (scores[i] ?? 0) * (scores[i - lag] ?? 0);
    }
  }
  const error = (Math.sqrt(Math.max(0, variance)) / spread) * Math.sqrt(count / (count - 2));
  return { slope, low: slope - T_95 * error, high: slope + T_95 * error };
}
