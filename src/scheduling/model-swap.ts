/** Two models that cannot be in memory together: the one that is there, and one that is waited for. */
export interface Swap {
  /** Milliseconds since the one in memory could be used. */
  heldMs: number;
  /** Milliseconds that the other one has been waited for because of other models' turns. */
  waitedMs: number;
  /** How many tenants wait for the other model, and how many have work for the one in memory. */
  waiting: number;
  working: number;
  /** Milliseconds that a load of the other one takes, and one of that in memory. */
  loadMs: number;
  loadBackMs: number;
  /** No request waits longer than so many milliseconds because of another model's turn. */
  patienceMs: number;
}

/**
 * How many seconds of waiting a second of loading is worth. While the server loads it gives answers
 * to nobody, nor to those who come later. With as much work on both sides, loads then take one
 * second in eleven, as far as patience allows that.
 */
const LOADING_IS_WORTH = 2.5;

/** A swap costs more than a quick load: prompts that had been read are read anew. */
const LEAST_LOAD_MS = 250;

/**
 * A model keeps the floor for this part of its own load, whoever waits: shorter turns would give the
 * server more to load than to answer. A patience of one and a half loads is kept to all the same.
 */
const LEAST_TURN = 0.5;

/**
 * In how many milliseconds it is time to swap two models; 0 or less: now. That is when those who
 * wait have lost as much by waiting as the swap takes from everybody, and at the latest when patience
 * is at its end. The swap and the way back are two loads, through which all wait, those of one model
 * and those of the other. What is counted is tenants: by requests a flood would have the floor.
 */
export function swapDueInMs(swap: Swap): number {
  const { heldMs, waitedMs, waiting, working, loadMs, loadBackMs, patienceMs } = swap;
  const loadsMs = Math.max(LEAST_LOAD_MS, loadMs) + Math.max(LEAST_LOAD_MS, loadBackMs);
  const costMs = (waiting + working) * loadsMs;
  const enoughMs = (LOADING_IS_WORTH * costMs) / waiting;
  const lossMs = enoughMs - Math.min(heldMs, waitedMs);
  return Math.max(LEAST_TURN * loadBackMs - heldMs, Math.min(lossMs, patienceMs - waitedMs));
}
