import { homeHolder } from "../../runtime/home-lock.ts";
import type { Cli } from "../cli.ts";
import { CliError } from "../cli-error.ts";
import { duration, wholeSeconds } from "../output/units.ts";
import { ProgressLine } from "../output/progress-line.ts";
import { serviceIn, type LocalService } from "./local-service.ts";
import { poll } from "./poll.ts";

interface StopOptions {
  home: string;
  /** How long answers under way are waited for, in milliseconds. */
  patienceMs: number;
  /** Ends it then, instead of giving up. */
  force: boolean;
}

/** A second signal within this time is taken for the same wish to stop. */
const NEXT_SIGNAL_MS = 1500;
/** What is left to do after a second signal takes no longer. */
const AT_ONCE_MS = 5000;

/**
 * Stops the service in a folder: it ends its answers, and the Ollama that it has started. One that
 * was there before it is left alone, as the service leaves it.
 * @returns the service that was stopped; undefined where none ran
 * @throws CliError where it has not ended in time
 */
export async function stopService(
  cli: Cli,
  options: StopOptions,
): Promise<LocalService | undefined> {
  const { home, patienceMs, force } = options;
  const service = await serviceIn(cli, home);
  if (!service) return undefined;
  const line = new ProgressLine(cli.out);
  const hasEnded = (limitMs: number, what: string): Promise<boolean> =>
    poll({
      look: () => hasLeft(home, service.pid),
      patienceMs: limitMs,
      onWait: (passedMs) => line.show(what, ` (${wholeSeconds(passedMs)})`),
      signal: cli.signal,
    }).then((ended) => ended ?? false);
  try {
    send(service.pid, "SIGTERM");
    const wait = Math.max(patienceMs, NEXT_SIGNAL_MS);
    if (await hasEnded(wait, "Stopping: answers under way may end")) return service;
    if (!force) {
      throw new CliError(
        `Process ${service.pid} has not ended after ${duration(wait)}: answers are still under way. ` +
          "Wait longer with --wait SECONDS, or end it with --force",
      );
    }
    send(service.pid, "SIGTERM");
    if (await hasEnded(AT_ONCE_MS, "Stopping at once")) return service;
    send(service.pid, "SIGKILL");
    if (await hasEnded(AT_ONCE_MS, "Ending it by force")) return service;
    throw new CliError(`Process ${service.pid} does not end: the system holds it`);
  } finally {
    line.end();
  }
}

/** True when the folder is free, or another's. */
async function hasLeft(home: string, pid: number): Promise<true | undefined> {
  const holder = await homeHolder(home);
  return !holder || (holder.pid !== undefined && holder.pid !== pid) ? true : undefined;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (err) {
    const { code } = err as NodeJS.ErrnoException;
    if (code === "ESRCH") return;
    if (code === "EPERM")
      throw new CliError(`Process ${pid} is another user's: stop it as that user`);
    throw err;
  }
}
