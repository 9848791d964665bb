import type { Cli, GlobalFlags } from "./cli.ts";
import { findCommand, type Found } from "./find-command.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { Output } from "./output/output.ts";
import { WrongUse } from "./cli-error.ts";

interface RunOptions {
  env: Record<string, string | undefined>;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  stdin: NodeJS.ReadStream;
  /** Called with what Ctrl-C has to reach, before the command runs. */
  onCli: (cli: Cli) => void;
  /** Takes back what was set up for Ctrl-C and for a reader that leaves. */
  handOver: () => void;
}

/** Runs what the words on the command line say; what it loads is what that needs. @throws CliError for what goes wrong. */
export async function run(argv: string[], options: RunOptions): Promise<ExitCode | void> {
  const { env, stdout, stderr, stdin, onCli, handOver } = options;
  const out = new Output({ stdout, stderr, env, color: !argv.includes("--no-color") });
  const found = findCommand(argv);
  if (found.wantsHelp || !found.entry || !("load" in found.entry)) return help(found, out);
  const command = await found.entry.load();
  const [{ Cli }, { readArgs }] = await Promise.all([import("./cli.ts"), import("./read-args.ts")]);
  const { values, rest } = command.takesAll
    ? { values: {} as Record<string, unknown>, rest: found.args }
    : readArgs(command, found);
  const flags: GlobalFlags = {
    url: text(values["url"]),
    project: text(values["project"]),
    json: values["json"] === true,
    yes: values["yes"] === true,
  };
  const cli = new Cli({ env, flags, out, input: stdin, handOver });
  onCli(cli);
  return command.run(cli, values, rest);
}

async function help(found: Found, out: Output): Promise<ExitCode> {
  if (found.wantsVersion) {
    const { serviceVersion } = await import("../runtime/paths.ts");
    out.line(serviceVersion);
    return EXIT.ok;
  }
  const { commandHelp, familyHelp, programHelp } = await import("./help.ts");
  const options = { style: out.style, columns: out.columns };
  const { entry, words } = found;
  if (!entry) {
    for (const line of programHelp(options)) out.line(line);
    return EXIT.ok;
  }
  if ("load" in entry) {
    const command = await entry.load();
    for (const line of commandHelp({ words, entry, command }, options)) out.line(line);
    return EXIT.ok;
  }
  if (!found.wantsHelp) {
    const names = entry.commands.map(({ name }) => name).join(", ");
    throw new WrongUse(`shared-ollama ${entry.name}: say what to do, one of ${names}`);
  }
  for (const line of familyHelp(entry, options)) out.line(line);
  return EXIT.ok;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
