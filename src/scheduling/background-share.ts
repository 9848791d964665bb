/** Of the time of interactive work that keeps background work waiting, it is owed this much. */
const SHARE = 0.05;

/**
 * Background work goes first when it is owed so many milliseconds: its first request waits for
 * 190 s of interactive work at most, whatever it costs.
 */
const DUE_MS = 10_000;

/**
 * The floor under background work, which else would starve beside interactive work without a gap:
 * a twentieth of the inference.
 */
export class BackgroundShare {
  #owedMs = 0;

  /** Whether background work goes before interactive work now. */
  get isDue(): boolean {
    return this.#owedMs >= DUE_MS;
  }

  /**
   * After how many milliseconds of interactive work without a gap a background request goes first
   * that has so many milliseconds of background work before it.
   */
  dueInMs(aheadMs: number): number {
    return (Math.max(0, DUE_MS - this.#owedMs + aheadMs) * (1 - SHARE)) / SHARE;
  }

  /** Interactive work has cost so much while background work waited. */
  hasWaited(costMs: number): void {
    this.#owedMs = Math.min(DUE_MS, this.#owedMs + (costMs * SHARE) / (1 - SHARE));
  }

  /** Background work goes first. @returns what is to be told its cost at its end. */
  goFirst(): (costMs: number) => void {
    this.#owedMs -= DUE_MS;
    return (costMs) => {
      this.#owedMs += DUE_MS - costMs;
    };
  }
}
