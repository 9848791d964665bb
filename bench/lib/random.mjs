/** Numbers in [0, 1) that look random and are the same each run (a multiplicative generator). */
export function seededRandom(seed) {
  let state = (seed * 2_654_435_761) % 2_147_483_647 || 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
