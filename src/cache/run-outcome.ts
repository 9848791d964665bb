/** The outcome of a run: an answer to keep, or why none is kept. */
export type RunOutcome = { answer: KeptAnswer } | { reason: string };

/** An answer as it is kept, in the shape of the route that stored it. */
export type KeptAnswer = Record<string, unknown>;
