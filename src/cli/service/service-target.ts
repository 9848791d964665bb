import type { ArgsDef } from "citty";
import { homedir, userInfo } from "node:os";
import { resolve } from "node:path";
import { projectRoot } from "../../runtime/paths.ts";
import type { Cli } from "../cli.ts";
import { CliError, WrongUse } from "../cli-error.ts";
import { readSettingsFile } from "../settings-file.ts";
import { envFileOf, type ServiceTarget } from "./service-plan.ts";

/** Options of the commands about the installed service. */
export const SERVICE_ARGS = {
  system: { type: "boolean", description: "For the whole machine, from boot on (root)" },
} satisfies ArgsDef;

/** Options that say what is to be installed. */
export const INSTALL_ARGS = {
  ...SERVICE_ARGS,
  home: {
    type: "string",
    valueHint: "FOLDER",
    description: "Folder for data/, logs/ and models/ (default: SHARED_OLLAMA_HOME)",
  },
  "settings-file": {
    type: "string",
    valueHint: "FILE",
    description: "Settings, one NAME=value a line; a Mac's are copied into its service file",
  },
  user: {
    type: "string",
    valueHint: "NAME",
    description: "Who runs it, with --system (default: shared-ollama; on a Mac: who calls sudo)",
  },
  for: {
    type: "enum",
    options: ["macos", "linux"],
    description: "The system that a plan is for (default: this one)",
  },
} satisfies ArgsDef;

interface TargetOptions {
  system: boolean | undefined;
  home?: string | undefined;
  "settings-file"?: string | undefined;
  user?: string | undefined;
  for?: string | undefined;
}

/** What the options and this machine come to. @throws WrongUse, and what reading the file throws. */
export async function serviceTarget(cli: Cli, options: TargetOptions): Promise<ServiceTarget> {
  const { env } = cli;
  const manager = managerOf(options.for);
  const scope = options.system === true ? "system" : "user";
  const sudoUser = env["SUDO_USER"];
  const user =
    options.user ?? (manager === "launchd" ? (sudoUser ?? userInfo().username) : "shared-ollama");
  if (!/^[a-z_][a-z0-9_.-]{0,31}$/i.test(user))
    throw new WrongUse(`--user ${user} is no user's name`);
  const named = options.home ?? (scope === "user" ? env["SHARED_OLLAMA_HOME"] : undefined);
  const envFile =
    options["settings-file"] === undefined ? undefined : resolve(options["settings-file"]);
  const target: ServiceTarget = {
    manager,
    scope,
    root: projectRoot,
    runtime: process.execPath,
    home: named === undefined ? undefined : resolve(projectRoot, named),
    userHome: env["HOME"] ?? homedir(),
    uid: userInfo().uid,
    user,
    envFile,
    settings: {},
  };
  for (const path of [target.root, target.runtime, target.home ?? "", envFileOf(target)]) {
    if (/[\n\r]/.test(path))
      throw new CliError("A path with a line break cannot be in a service file");
  }
  if (manager === "systemd" || envFile === undefined) return target;
  return { ...target, settings: await readSettingsFile(envFile) };
}

function managerOf(wanted: string | undefined): ServiceTarget["manager"] {
  if (wanted !== undefined) return wanted === "macos" ? "launchd" : "systemd";
  if (process.platform === "darwin") return "launchd";
  if (process.platform === "linux") return "systemd";
  throw new WrongUse("There are services for launchd (Macs) and systemd (Linux) only");
}
