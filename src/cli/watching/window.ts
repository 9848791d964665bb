import { WrongUse } from "../cli-error.ts";

/** The options of what looks back, for citty. */
export const WINDOW_ARGS = {
  window: {
    type: "string",
    description: "How far back, in minutes",
    valueHint: "MINUTES",
    required: false,
  },
} as const;

/** A year and a day: no figures are kept longer. */
const MAX_MINUTES = 366 * 1440;

/** The query of `--window` and `--project`; both may be left out. @throws WrongUse */
export function lookBack(
  window: string | undefined,
  project: string | undefined,
): { window_minutes?: number; project?: string } {
  return {
    ...(window === undefined
      ? {}
      : { window_minutes: wholeNumber("--window", window, MAX_MINUTES) }),
    ...(project === undefined ? {} : { project }),
  };
}

/** An option's number. @throws WrongUse for anything but 1 up to `max`. */
export function wholeNumber(option: string, text: string, max: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= max) return value;
  throw new WrongUse(`${option} ${text}: expected a whole number from 1 to ${max}`);
}
