import { wholeNumber } from "../whole-number.ts";

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
      : { window_minutes: wholeNumber("window", window, { min: 1, max: MAX_MINUTES }) }),
    ...(project === undefined ? {} : { project }),
  };
}
