const DAY_MS = 86_400_000;

/**
 * For cases of which a run takes one share of several, another one each day: as many days later all
 * have had their turn. `TEST_TURN` names the turn, to see a share again, or is "all".
 */
export function isInTurn(index: number, shares: number): boolean {
  const wish = process.env["TEST_TURN"] ?? Math.floor(Date.now() / DAY_MS);
  return wish === "all" || (index + Number(wish)) % shares === 0;
}
