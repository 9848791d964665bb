import { WrongUse } from "./cli-error.ts";

const MAX_SECONDS = 86_400;

/** An option's value in seconds. @throws WrongUse for what is none */
export function secondsOf(option: string, text: string): number {
  const seconds = Number(text);
  if (text.trim() !== "" && seconds >= 0 && seconds <= MAX_SECONDS) return seconds;
  throw new WrongUse(`${option} ${text}: expected seconds, 0 to ${MAX_SECONDS}`);
}
