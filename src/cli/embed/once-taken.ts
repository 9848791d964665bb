import { setTimeout as pause } from "node:timers/promises";
import type { Cli } from "../cli.ts";
import { TooMany } from "../cli-error.ts";
import { ProgressLine } from "../output/progress-line.ts";

/**
 * Calls again where the service takes no more for now, after the time that it names: one of many
 * calls must not lose what those before it have got.
 * @throws what the call throws otherwise; the signal's reason.
 */
export async function onceTaken<T>(cli: Cli, call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (err) {
      if (!(err instanceof TooMany)) throw err;
      await waitFor(cli, err.retryAfterS);
    }
  }
}

async function waitFor({ out, signal }: Cli, seconds: number): Promise<void> {
  const line = new ProgressLine(out);
  try {
    for (let left = Math.max(1, Math.ceil(seconds)); left > 0; left -= 1) {
      line.show("Too many requests for now: waiting", ` ${left} s`);
      await pause(1000, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  } finally {
    line.end();
  }
}
