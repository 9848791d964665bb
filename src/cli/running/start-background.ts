import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../runtime/paths.ts";
import { homeHolder } from "../../runtime/home-lock.ts";
import type { Cli } from "../cli.ts";
import { CliError } from "../cli-error.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { duration, wholeSeconds } from "../output/units.ts";
import { addressOf } from "../service-url.ts";
import type { ProgressLine } from "../output/progress-line.ts";
import { poll } from "./poll.ts";

interface BackgroundOptions {
  home: string;
  /** The service's own options. */
  settings: string[];
  line: ProgressLine;
  patienceMs: number;
}

/** A service that was started, and listens. */
export interface Started {
  pid: number;
  url: string;
  /** What it says goes here. */
  log: string;
}

/** It ended before it listened. */
export class EndedEarly extends CliError {}

/** What a service says whose folder cannot be written to: it notes no process and no port. */
const NOT_LOCKED = "is not locked against a second service";

/** What it says on the terminal is a few lines a start; more than that are many starts. */
const LOG_LIMIT_BYTES = 1_048_576;

/**
 * Starts the service as a process of its own, which outlives this one.
 * @throws EndedEarly with its own words where it ends; CliError where it does not listen in time
 */
export async function startInBackground(cli: Cli, options: BackgroundOptions): Promise<Started> {
  const { home, settings, line, patienceMs } = options;
  const log = join(home, "logs", "background.log");
  const from = prepareLog(log);
  const child = startDetached(log, { env: cli.env, settings });
  const { pid } = child;
  if (pid === undefined) throw new CliError("The service cannot be started: no process was made");
  const said = (): string => readFileSync(log).subarray(from).toString("utf8");
  const url = await poll({
    look: async () => {
      if (child.exitCode !== null || child.signalCode !== null)
        throw endedEarly(child, said(), log);
      // Another start may write into the same file.
      const holder = await homeHolder(home);
      if (holder?.pid === pid && holder.port !== undefined) {
        return addressOf({ host: holder.host, port: holder.port });
      }
      return said().includes(NOT_LOCKED) ? /^Listening on (\S+)/m.exec(said())?.[1] : undefined;
    },
    patienceMs,
    onWait: (passedMs) => line.show("Starting", ` (${wholeSeconds(passedMs)})`),
    signal: cli.signal,
  });
  child.unref();
  if (url === undefined) {
    throw new CliError(`Process ${pid} does not listen after ${duration(patienceMs)}: see ${log}`);
  }
  return { pid, url, log };
}

/** @returns where the next words will begin */
function prepareLog(log: string): number {
  mkdirSync(join(log, ".."), { recursive: true, mode: 0o700 });
  const size = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  if (size < LOG_LIMIT_BYTES) return size;
  closeSync(openSync(log, "w", 0o600));
  return 0;
}

function startDetached(
  log: string,
  { env, settings }: { env: Cli["env"]; settings: string[] },
): ChildProcess {
  const output = openSync(log, "a", 0o600);
  try {
    return spawn(process.execPath, [join(projectRoot, "src", "start.mjs"), ...settings], {
      cwd: projectRoot,
      detached: true,
      env,
      stdio: ["ignore", output, output],
    });
  } finally {
    closeSync(output);
  }
}

function endedEarly({ exitCode, signalCode }: ChildProcess, said: string, log: string): EndedEarly {
  const words = said.trim().split("\n").slice(-3).join(" ");
  const how = exitCode === null ? `by ${signalCode}` : `with ${exitCode}`;
  const code: ExitCode = exitCode === EXIT.wrongUse ? EXIT.wrongUse : EXIT.failed;
  return new EndedEarly(words === "" ? `It ended ${how}: see ${log}` : words, code);
}
