/** What a run has come to: an answer to keep, or why it is not kept. */
export type RunOutcome = { answer: KeptAnswer } | { reason: string };

/** An answer as it is kept: of which shape is known to who has asked. */
export type KeptAnswer = Record<string, unknown>;
