// @ts-check
// The figures of answers. Dates stand still, so that equal requests have equal answers.

export const CREATED_AT = "2026-01-01T00:00:00Z";
export const CREATED = 1_767_225_600;
export const PROMPT_TOKENS = 7;
const TOKENS_OF_EMBEDDED_TEXT = 3;

/**
 * How long the parts of an inference take, in milliseconds.
 * @typedef {object} Timing
 * @property {number} loadMs until its model was in memory
 * @property {number} firstMs from then to the head and the first byte of the answer
 * @property {number} bodyMs from the first byte to the last
 * @property {number} [waitMs] before all that, for others that were there before
 */

/** What an inference that takes no time is said to have taken: a real one takes some. */
const UNTIMED = { loadMs: 1, firstMs: 2, bodyMs: 2 };

/** @param {Timing} timing */
export function durationsOf(timing) {
  const isTimed = timing.loadMs + timing.firstMs + timing.bodyMs > 0;
  const { loadMs, firstMs, bodyMs } = isTimed ? timing : UNTIMED;
  const { waitMs = 0 } = timing;
  return {
    total_duration: nanoseconds(waitMs + loadMs + firstMs + bodyMs),
    load_duration: nanoseconds(loadMs),
    prompt_eval_duration: nanoseconds(firstMs),
    eval_duration: nanoseconds(bodyMs),
  };
}

/** @param {number[][]} vectors */
export function tokensOf(vectors) {
  return vectors.length * TOKENS_OF_EMBEDDED_TEXT;
}

/** @param {number} ms */
function nanoseconds(ms) {
  return Math.round(ms * 1e6);
}
