/** What a unit says of the machine it is for. */
export interface SystemdUnitOptions {
  /** A unit of the whole machine, or one of a user, who may install it without root's rights. */
  scope: "system" | "user";
  /** The folder of the project, absolute. */
  root: string;
  /** The program that runs it, absolute. */
  runtime: string;
  /** SHARED_OLLAMA_HOME, absolute. */
  home: string;
  /** Settings, one NAME=value a line; it need not exist. */
  envFile: string;
  /** Who runs it, in the scope of the system. */
  user: string;
}

/** systemd makes it, for the unit's user alone. */
export const STATE_HOME = "/var/lib/shared-ollama";

/** The unit's text. It is deploy/systemd/shared-ollama-service.service too, for the usual places. */
export function systemdUnit(options: SystemdUnitOptions): string {
  const { scope, root, runtime, home, envFile, user } = options;
  const isSystem = scope === "system";
  const lines = [
    "[Unit]",
    "Description=Shared Ollama Service",
    // The value is a list: a blank in a path would begin the next one.
    `Documentation=file://${escaped(encodeURI(`${root}/README.md`))}`,
    ...(isSystem
      ? ["After=network-online.target ollama.service", "Wants=network-online.target"]
      : []),
    "",
    "[Service]",
    "Type=exec",
    ...(isSystem ? [`User=${user}`] : []),
    `WorkingDirectory=${escaped(root)}`,
    `ExecStart=${quoted(runtime)} src/start.mjs`,
    "",
    `# data/, logs/ and models/ are under ${home}.`,
    ...(isSystem && home === STATE_HOME
      ? ["StateDirectory=shared-ollama", "StateDirectoryMode=0700"]
      : []),
    `Environment=${quoted(`SHARED_OLLAMA_HOME=${home}`)}`,
    "# Memory that large images have used goes back to the system.",
    "Environment=MALLOC_TRIM_THRESHOLD_=131072",
    "# Any setting of docs/configuration.md, one NAME=value a line; the file need not exist.",
    `EnvironmentFile=-${escaped(envFile)}`,
    "",
    "# Only the service is told to stop; it lets answers end and stops what it has started.",
    "KillMode=mixed",
    "# Longer than DRAIN_TIMEOUT (30 s) and the stop of the inference server (10 s) together.",
    "TimeoutStopSec=60",
    "Restart=on-failure",
    "RestartSec=2",
    "# Exit status 2: a setting is wrong. Starting again would not mend it.",
    "RestartPreventExitStatus=2",
    "",
    "NoNewPrivileges=true",
    // Of a user's systemd they ask more than some kernels grant.
    ...(isSystem ? ["ProtectSystem=full", "PrivateTmp=true"] : []),
    "",
    "[Install]",
    `WantedBy=${isSystem ? "multi-user.target" : "default.target"}`,
    "",
  ];
  return lines.join("\n");
}

/** A path that takes the rest of a line. */
function escaped(path: string): string {
  return path.replaceAll("%", "%%");
}

/** One word of a line, in quotes where it has to be. */
function quoted(word: string): string {
  const text = escaped(word)
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replaceAll("$", "$$$$");
  return /[\s'"\\;]/.test(word) ? `"${text}"` : text;
}
