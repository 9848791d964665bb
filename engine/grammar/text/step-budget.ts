/** A schema takes more work than its budget. */
export class TooComplexError extends Error {}

/**
 * Steps for one schema, of some 30 to 60 ns each: the engine answers nothing else while a grammar
 * is made. Steps are counted, not timed, so that the same schema is taken or refused on every
 * machine.
 */
const MAX_STEPS = 3_000_000;

/** The steps that are left for the work on one schema. */
export class StepBudget {
  #left: number;

  constructor(steps = MAX_STEPS) {
    this.#left = steps;
  }

  /** @throws {TooComplexError} once nothing is left. */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw new TooComplexError("too many steps");
  }
}
