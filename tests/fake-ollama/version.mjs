// @ts-check
/**
 * Whose shapes the fake has. "0.13.5" was run beside it. "0.30.0" stands for all later ones, by
 * their source up to 0.33: what came with one of them is there, what went again is not.
 * @typedef {"0.13.5" | "0.30.0"} Version
 */

/** @type {Version} */
export const VERSION = "0.13.5";

/** Whether a version is later than the one that was run. @param {Version} version */
export function isLater(version) {
  return version !== VERSION;
}
