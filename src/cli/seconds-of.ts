import { WrongUse } from "./cli-error.ts";

const MAX_SECONDS = 86_400;

/** An option's value in seconds, a day at most. @throws WrongUse for what is none, or too few */
export function secondsOf(option: string, text: string, least = 0): number {
  const seconds = /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (seconds >= least && seconds <= MAX_SECONDS) return seconds;
  throw new WrongUse(`${option} ${text}: expected seconds, ${least} to ${MAX_SECONDS}`);
}
