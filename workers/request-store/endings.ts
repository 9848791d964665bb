/**
 * Why requests end. The store has the places in this list as numbers: it only grows.
 * - `completed`: with its whole answer, which is none of an error.
 * - `failed`: with an error, or in the middle of its answer.
 * - `client_left`: its client had gone.
 * - `hard_stop`: it took longer than it may.
 * - `stopping`: the service is.
 * - `cancelled`: somebody called it off.
 */
export const ENDINGS = [
  "completed",
  "failed",
  "client_left",
  "hard_stop",
  "stopping",
  "cancelled",
] as const;

/** Why a request ended. */
export type Ending = (typeof ENDINGS)[number];
