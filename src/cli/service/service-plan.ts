import { join } from "node:path";
import type { Plan, Step } from "../steps/step.ts";
import { LAUNCHD_LABEL, LAUNCHD_PATH, launchdPlist } from "./launchd-plist.ts";
import { STATE_HOME, systemdUnit } from "./systemd-unit.ts";

/** What the plans are made for. */
export interface ServiceTarget {
  manager: "launchd" | "systemd";
  /** For the whole machine, with root's rights, or for one user. */
  scope: "system" | "user";
  /** The folder of the project, absolute. */
  root: string;
  /** The program that runs the service, absolute. */
  runtime: string;
  /** SHARED_OLLAMA_HOME, absolute; undefined: the usual one of the scope. */
  home: string | undefined;
  /** The user's home folder. */
  userHome: string;
  /** launchd's name for who is logged in. */
  uid: number;
  /** Who runs it, in the scope of the system. */
  user: string;
  /** The file with settings, absolute; undefined: the usual one of systemd's scope. */
  envFile: string | undefined;
  /** What that file holds: launchd reads none, so its settings go into the list. */
  settings: Readonly<Record<string, string>>;
}

/** systemd's name for the service. */
export const UNIT_NAME = "shared-ollama-service";

/** The file that makes the service known. */
export function serviceFile({
  manager,
  scope,
  userHome,
}: Pick<ServiceTarget, "manager" | "scope" | "userHome">): string {
  if (manager === "launchd") {
    const folder =
      scope === "system" ? "/Library/LaunchDaemons" : join(userHome, "Library/LaunchAgents");
    return join(folder, `${LAUNCHD_LABEL}.plist`);
  }
  const folder =
    scope === "system" ? "/etc/systemd/system" : join(userHome, ".config/systemd/user");
  return join(folder, `${UNIT_NAME}.service`);
}

/** What that file is to say. */
export function serviceFileText(target: ServiceTarget): string {
  const { manager, scope, root, runtime, user } = target;
  const home = homeOf(target);
  if (manager === "systemd") {
    return systemdUnit({ scope, root, runtime, home, user, envFile: envFileOf(target) });
  }
  return launchdPlist({
    label: LAUNCHD_LABEL,
    root,
    runtime,
    home,
    path: LAUNCHD_PATH,
    settings: target.settings,
    ...(scope === "system" ? { user: { name: user, home: join("/Users", user) } } : {}),
  });
}

/** Makes the service start by itself, and starts it. */
export function installPlan(target: ServiceTarget, facts: { hasUser: boolean }): Plan {
  const path = serviceFile(target);
  // Settings may be secrets.
  const mode = Object.keys(target.settings).length > 0 ? 0o600 : 0o644;
  const write: Step = { kind: "write", path, text: serviceFileText(target), mode };
  const does = `Starts the service by itself ${whenOf(target)}, and now${asRoot(target)}.`;
  if (target.manager === "launchd") return launchdInstall(target, write, does);
  const systemctl = systemctlOf(target);
  const steps: Step[] = [
    ...(target.scope === "system" && !facts.hasUser ? [userStep(target.user)] : []),
    ...(target.scope === "user" || target.home !== undefined
      ? [{ kind: "folder", path: homeOf(target) } as const]
      : []),
    write,
    { kind: "run", command: [...systemctl, "daemon-reload"] },
    { kind: "run", command: [...systemctl, "enable", UNIT_NAME] },
    // It starts one that does not run, and one that does runs the new file.
    { kind: "run", command: [...systemctl, "restart", UNIT_NAME] },
  ];
  return { does, steps, notes: [...systemdNotes(target), ...versionedRuntime(target)] };
}

function launchdInstall(target: ServiceTarget, write: Step, does: string): Plan {
  const domain = domainOf(target);
  const steps: Step[] = [
    { kind: "folder", path: join(homeOf(target), "logs") },
    write,
    { kind: "run", command: ["launchctl", "bootout", `${domain}/${LAUNCHD_LABEL}`], mayFail: true },
    { kind: "run", command: ["launchctl", "bootstrap", domain, serviceFile(target)] },
  ];
  const notes = [
    "Settings are in the file: install again with --settings-file FILE after a change.",
    "A Mac that sleeps answers nobody: switch sleep off in the energy settings.",
    ...versionedRuntime(target),
  ];
  return { does, steps, notes };
}

/** Stops the service and keeps it from starting by itself. Data, logs, models and settings stay. */
export function uninstallPlan(target: ServiceTarget): Plan {
  const path = serviceFile(target);
  const does = `Stops the service and keeps it from starting by itself${asRoot(target)}; its data stay.`;
  if (target.manager === "launchd") {
    const name = `${domainOf(target)}/${LAUNCHD_LABEL}`;
    const steps: Step[] = [
      { kind: "run", command: ["launchctl", "bootout", name], mayFail: true },
      { kind: "remove", path },
    ];
    return { does, steps, notes: [] };
  }
  const systemctl = systemctlOf(target);
  const steps: Step[] = [
    { kind: "run", command: [...systemctl, "disable", "--now", UNIT_NAME] },
    { kind: "remove", path },
    { kind: "run", command: [...systemctl, "daemon-reload"] },
  ];
  return { does, steps, notes: [] };
}

/** What fails where there is nobody to take the service; undefined where there always is. */
export function isThereCommand(target: ServiceTarget): string[] | undefined {
  if (target.manager === "launchd") return undefined;
  return [...systemctlOf(target), "show-environment"];
}

/** What asks the manager about the service; its status says whether it runs. */
export function isActiveCommand(target: ServiceTarget): string[] {
  if (target.manager === "launchd") {
    return ["launchctl", "print", `${domainOf(target)}/${LAUNCHD_LABEL}`];
  }
  return [...systemctlOf(target), "is-active", "--quiet", UNIT_NAME];
}

/** Lines for a shell do not say it. */
function asRoot({ scope }: ServiceTarget): string {
  return scope === "system" ? " (as root)" : "";
}

function whenOf({ manager, scope }: ServiceTarget): string {
  if (scope === "system") return "at boot";
  return manager === "launchd" ? "when you log in" : "with your systemd";
}

function userStep(user: string): Step {
  const shell = "/usr/sbin/nologin";
  return {
    kind: "run",
    command: ["useradd", "--system", "--home-dir", STATE_HOME, "--shell", shell, user],
  };
}

function systemdNotes(target: ServiceTarget): string[] {
  const settings = `Settings: ${envFileOf(target)}, one NAME=value a line.`;
  if (target.scope === "system") {
    return [settings, `What it says: journalctl -u ${UNIT_NAME}`];
  }
  return [
    settings,
    `What it says: journalctl --user -u ${UNIT_NAME}`,
    "From boot on, without a login: loginctl enable-linger",
  ];
}

/** A tool that keeps several versions puts each into a folder of its own. */
function versionedRuntime({ runtime }: ServiceTarget): string[] {
  if (!/\/(\.nvm|\.fnm|fnm|\.asdf|\.volta|mise|\.nodenv|n\/versions|Cellar)\//.test(runtime))
    return [];
  return [`${runtime} goes with its version: install again after an update of it.`];
}

function systemctlOf({ scope }: ServiceTarget): string[] {
  return scope === "system" ? ["systemctl"] : ["systemctl", "--user"];
}

function domainOf({ scope, uid }: ServiceTarget): string {
  return scope === "system" ? "system" : `gui/${uid}`;
}

function homeOf({ manager, scope, home, root }: ServiceTarget): string {
  if (home !== undefined) return home;
  return manager === "systemd" && scope === "system" ? STATE_HOME : root;
}

/** Where the settings of a unit are, unless another file is named. */
export function envFileOf({
  scope,
  userHome,
  envFile,
}: Pick<ServiceTarget, "scope" | "userHome" | "envFile">): string {
  if (envFile !== undefined) return envFile;
  return scope === "system"
    ? "/etc/shared-ollama-service.env"
    : join(userHome, ".config/shared-ollama-service.env");
}
