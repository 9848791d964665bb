import { readFile } from "node:fs/promises";
import { changesFor } from "../config/changes.ts";
import { ConfigError } from "../config/config-error.ts";
import { helpText } from "../config/describe.ts";
import { loadConfig, namesGiven } from "../config/load.ts";
import type { Service } from "./compose.ts";
import { agentsFolder, mcpFile, modelsFile, serviceVersion, tenantsFile } from "./runtime/paths.ts";
import { StopSignals } from "./runtime/stop-signals.ts";
import { readIfThere } from "./runtime/watched-file.ts";
import { openTerminal } from "./compose/terminal.ts";

const EXIT_FAILED = 1;
const EXIT_MISCONFIGURED = 2;

/** Says which tenant an API key is, and starts nothing. */
const NAME_KEY = "--name-key";

/** Entry of the service: reads the settings, starts, and stops on a signal. */
async function main(argv: string[]): Promise<void> {
  if (argv.includes("--help")) {
    process.stdout.write(helpText());
    return;
  }
  if (argv.includes("--version")) {
    process.stdout.write(`${serviceVersion}\n`);
    return;
  }
  const modelsYaml = await readFile(modelsFile, "utf8");
  const tenantsYaml = await readIfThere(tenantsFile);
  const mcpYaml = await readIfThere(mcpFile);
  const flags = argv.filter((flag) => flag !== NAME_KEY);
  const config = loadConfig({ env: process.env, argv: flags, modelsYaml, tenantsYaml, mcpYaml });
  if (flags.length < argv.length) {
    const { nameKey } = await import("./compose/name-key.ts");
    await nameKey(config);
    return;
  }
  const terminal = openTerminal();
  // Most of a start is loading this: neither `--help` nor a refused setting has to wait for it.
  const { compose } = await import("./compose.ts");
  const service = await compose({
    ...config,
    tenantsFile,
    mcpFile,
    agentsFolder,
    env: process.env,
    terminal,
  });
  stopOnSignals(service, terminal.say);
  sayChanges(namesGiven(process.env, argv), terminal.say);
  terminal.say(`Hardware profile: ${service.profile.profile.name}.`);
  await service.lifecycle.start();
  if (service.lifecycle.isStopping) return;
  await sayItRuns(service, config.settings.apiHost, terminal.say);
}

/** Where it listens, and a question to try or why it takes none yet. */
async function sayItRuns(
  service: Service,
  apiHost: string,
  say: (line: string) => void,
): Promise<void> {
  const address = `http://${apiHost.includes(":") ? `[${apiHost}]` : apiHost}:${service.port()}`;
  say(`Listening on ${address} – documentation at ${address}/api/docs`);
  const problem = await service.problem();
  if (service.lifecycle.isStopping) return;
  if (problem !== undefined) {
    say(`Not ready for questions yet: ${problem}`);
    return;
  }
  say("Try it:");
  say(
    `  curl ${address}/api/v1/chat -d '{"messages":[{"role":"user","content":"Why is the sky blue?"}]}'`,
  );
}

/** What an upgrade has changed about this machine's settings. */
function sayChanges(given: ReadonlySet<string>, say: (line: string) => void): void {
  const changes = changesFor((name) => given.has(name));
  for (const line of changes) say(line);
  if (changes.length > 0) say("All changes: docs/upgrading.md");
}

/** The first signal stops in order, a second one at once. */
function stopOnSignals(service: Service, say: (line: string) => void): void {
  const signals = new StopSignals({
    onStop: (signal) => {
      say(`${signal}: stopping; answers under way may end. A second signal ends at once.`);
      void service.lifecycle.stop().then(() => {
        say("Stopped.");
        process.exit(0);
      });
    },
    onEnd: () => process.exit(EXIT_FAILED),
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => signals.receive(signal));
  }
}

main(process.argv.slice(2)).catch((err: unknown) => {
  const message = err instanceof Error ? err.message : String(err);
  process.stderr.write(`${message}\n`);
  process.exit(err instanceof ConfigError ? EXIT_MISCONFIGURED : EXIT_FAILED);
});
