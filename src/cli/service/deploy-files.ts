import { LAUNCHD_LABEL, LAUNCHD_PATH, launchdPlist } from "./launchd-plist.ts";
import { STATE_HOME, systemdUnit } from "./systemd-unit.ts";

/** A file of deploy/, made from what `service install` writes. */
export interface DeployFile {
  /** In the project's folder. */
  path: string;
  text: string;
}

const MAC_FOLDER = "/Users/you/shared-ollama-service";

/** The service files of deploy/, for those who install by hand. */
export function deployFiles(): DeployFile[] {
  const unit = systemdUnit({
    scope: "system",
    root: "/opt/shared-ollama-service",
    runtime: "/usr/bin/node",
    home: STATE_HOME,
    envFile: "/etc/shared-ollama-service.env",
    user: "shared-ollama",
  });
  const plist = launchdPlist({
    label: LAUNCHD_LABEL,
    root: MAC_FOLDER,
    runtime: "/opt/homebrew/bin/node",
    home: MAC_FOLDER,
    path: LAUNCHD_PATH,
    settings: {},
  });
  return [
    {
      path: "deploy/systemd/shared-ollama-service.service",
      text: `${UNIT_HEAD}\n${unit}`,
    },
    {
      path: `deploy/launchd/${LAUNCHD_LABEL}.plist`,
      // What is before the list has to stay first.
      text: plist.replace("<plist version", () => `${PLIST_HEAD}\n<plist version`),
    },
  ];
}

const UNIT_HEAD = `# Starts the service at boot and again after a crash. How to install it: docs/deployment.md.
#
# \`shared-ollama service install --system\` writes it for your machine. By hand, change before use:
#   /opt/shared-ollama-service   the folder of the project
#   /usr/bin/node                what \`which node\` prints
#   shared-ollama                the user that runs it
`;

const PLIST_HEAD = `<!--
  Starts the service at login and again after a crash. How to install it: docs/deployment.md.

  \`shared-ollama service install\` writes it for your Mac. By hand, change before use (launchd
  expands neither ~ nor $HOME: every path has to be absolute):
    ${MAC_FOLDER}   the folder of the project
    /opt/homebrew/bin/node             what \`which node\` prints
-->`;
