/** Numbers in [0, 1) that look random and are the same each run (a multiplicative generator). */
export function seededRandom(seed) {
  let state = (seed * 2_654_435_761) % 2_147_483_647 || 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** A number of a log-normal distribution (Box and Muller, 1958). */
export function logNormal(median, sigma, random) {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return median * Math.exp(sigma * normal);
}
