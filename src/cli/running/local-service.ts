import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { homeHolder } from "../../runtime/home-lock.ts";
import { CliError, WrongUse } from "../cli-error.ts";
import type { Cli } from "../cli.ts";
import { addressOf } from "../service-url.ts";
import { poll } from "./poll.ts";

/** A service that has the folder here. */
export interface LocalService {
  pid: number;
  /** Undefined while it starts. */
  url: string | undefined;
}

/** One that has the folder and has not noted its process yet, or no more, does not take longer. */
const BETWEEN_MS = 10_000;

/**
 * The service that runs in this folder; undefined where none does, whatever files an earlier one
 * has left behind. One that is about to end, and has put its note away, is waited for.
 * @throws CliError where it is no process of this machine: its folder is shared with a container.
 */
export async function serviceIn(
  { signal }: Pick<Cli, "signal">,
  home: string,
): Promise<LocalService | undefined> {
  const found = await poll({
    look: async () => {
      const holder = await homeHolder(home);
      return holder && holder.pid === undefined ? undefined : { holder };
    },
    patienceMs: BETWEEN_MS,
    onWait: () => {},
    signal,
  });
  if (found && !found.holder) return undefined;
  const { pid, port, host } = found?.holder ?? {};
  if (pid === undefined || !(await isService(pid))) {
    throw new CliError(
      `A service that is no process here has ${home}: look for it in the container that shares the folder`,
    );
  }
  return { pid, url: port === undefined ? undefined : addressOf({ host, port }) };
}

/** Commands for this machine's own service take no address. @throws WrongUse */
export function refuseUrl({ flags }: Pick<Cli, "flags">, name: string): void {
  if (flags.url === undefined) return;
  throw new WrongUse(`${name} is about the service on this machine: leave --url out`);
}

/** What the service is started as. */
const PROGRAMS = /\b(start\.mjs|cli\.mjs|main\.[jt]s|shared-ollama)\b/;

/** Whether a process is a service: its number may be another's by now, or of another machine. */
async function isService(pid: number): Promise<boolean> {
  return PROGRAMS.test(await commandOf(pid));
}

async function commandOf(pid: number): Promise<string> {
  try {
    return (await readFile(`/proc/${pid}/cmdline`, "utf8")).replaceAll("\0", " ");
  } catch {
    return promisify(execFile)("ps", ["-o", "command=", "-p", String(pid)]).then(
      ({ stdout }) => stdout,
      () => "",
    );
  }
}
