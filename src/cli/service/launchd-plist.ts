/** What a property list says of the machine it is for. */
export interface LaunchdPlistOptions {
  /** launchd's name for the service. */
  label: string;
  /** The folder of the project, absolute. */
  root: string;
  /** The program that runs it, absolute. */
  runtime: string;
  /** SHARED_OLLAMA_HOME, absolute. */
  home: string;
  /** Where programs are looked for; launchd's own PATH has Homebrew's folder not in it. */
  path: string;
  /** Settings by their variables. */
  settings: Readonly<Record<string, string>>;
  /** Who runs it, and his home: for a Mac on which nobody logs in. */
  user?: { name: string; home: string };
}

/** Reverse of a domain, as launchd wants it. */
export const LAUNCHD_LABEL = "com.example.shared-ollama-service";

/** launchd's own PATH, and the folders of Homebrew. */
export const LAUNCHD_PATH = "/opt/homebrew/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

/** The list's text. It is deploy/launchd/….plist too, for an imagined user. */
export function launchdPlist(options: LaunchdPlistOptions): string {
  const { label, root, runtime, home, path, settings, user } = options;
  const log = `${home}/logs/launchd.log`;
  const environment = {
    ...(user ? { HOME: user.home } : {}),
    ...settings,
    SHARED_OLLAMA_HOME: home,
    PATH: settings["PATH"] ?? path,
  };
  return `${HEAD}<plist version="1.0">
<dict>
  <key>Label</key>
  ${text(label)}
${user ? `\n  <key>UserName</key>\n  ${text(user.name)}\n` : ""}
  <key>ProgramArguments</key>
  <array>
    ${text(runtime)}
    ${text(`${root}/src/start.mjs`)}
  </array>

  <key>WorkingDirectory</key>
  ${text(root)}

  <!-- Any setting of docs/configuration.md can stand here. -->
  <key>EnvironmentVariables</key>
  <dict>
${Object.entries(environment)
  .map(([name, value]) => `    <key>${escaped(name)}</key>\n    ${text(value)}\n`)
  .join("")}  </dict>

  <key>RunAtLoad</key>
  <true/>
  <!-- Start again after a failure, not after an orderly stop. -->
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ThrottleInterval</key>
  <integer>10</integer>
  <!-- Longer than DRAIN_TIMEOUT (30 s) and the stop of the inference server (10 s) together. -->
  <key>ExitTimeOut</key>
  <integer>60</integer>
  <!-- Without this macOS may slow the process down as background work. -->
  <key>ProcessType</key>
  <string>Interactive</string>

  <!-- What the service says while it starts and stops. The logs proper are beside it. -->
  <key>StandardOutPath</key>
  ${text(log)}
  <key>StandardErrorPath</key>
  ${text(log)}
</dict>
</plist>
`;
}

const HEAD = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
`;

function text(value: string): string {
  return `<string>${escaped(value)}</string>`;
}

function escaped(value: string): string {
  return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
