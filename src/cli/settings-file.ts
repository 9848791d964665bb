import { readFile } from "node:fs/promises";
import { parseEnv } from "node:util";
import { CliError, NotFound } from "./cli-error.ts";

type Env = Record<string, string | undefined>;

/**
 * An option for commands that look at settings. Node 20 takes `--env-file` for itself wherever it stands.
 */
export const SETTINGS_FILE_ARG = {
  type: "string",
  valueHint: "FILE",
  description: "Settings, one NAME=value a line, which win over the environment's",
} as const;

/**
 * The settings of a file, as systemd reads it: one NAME=value a line.
 * @throws NotFound where it is not there, CliError where it cannot be read.
 */
export async function readSettingsFile(path: string): Promise<Record<string, string>> {
  try {
    return parseEnv(await readFile(path, "utf8")) as Record<string, string>;
  } catch (err) {
    const { code, message } = err as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new NotFound(`${path} is not there: name a file with settings`);
    throw new CliError(`${path} cannot be read: ${message}`, undefined, { cause: err });
  }
}

/** An environment with the settings of a file over it; as it is where no file is named. */
export async function withSettingsFile(env: Env, path: string | undefined): Promise<Env> {
  return path === undefined ? env : { ...env, ...(await readSettingsFile(path)) };
}
