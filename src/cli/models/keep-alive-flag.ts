import { WrongUse } from "../cli-error.ts";

/** What Ollama reads as a time: a number of seconds, or figures with units. */
const TIME = /^-?(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/;

/** A `keep_alive` as it is typed: seconds are a number. @throws WrongUse for what is no time. */
export function keepAliveOf(typed: string): string | number {
  const text = typed.trim();
  if (/^-?\d+$/.test(text)) return Number(text);
  if (TIME.test(text)) return text;
  throw new WrongUse(`keep-alive ${typed}: expected a time such as 30m, 2h, 300, or -1 for ever`);
}
