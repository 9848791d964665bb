import tab from "@bomb.sh/tab/citty";
import { defineCommand, runCommand, type ArgsDef, type CommandDef } from "citty";
import { answered } from "../api.ts";
import { CATALOG } from "../catalog.ts";
import type { Cli } from "../cli.ts";
import type { CommandEntry, Entry } from "../entries.ts";
import { GLOBAL_ARGS } from "../global-args.ts";
import { AFTER_BASH, BEFORE_BASH } from "./bash.ts";

/** Nobody waits longer for a word after Tab. */
const MODELS_MS = 300;

/** Writes a shell's script, or what may come next on its line. */
export async function runCompletion(cli: Cli, words: string[]): Promise<void> {
  const models = words[0] === "--" ? await modelNames(cli) : [];
  const main = await program();
  await tab(main, configOf(main, models));
  if (words[0] === "bash") cli.out.line(BEFORE_BASH);
  await runCommand(main, { rawArgs: ["complete", ...words] });
  if (words[0] === "bash") cli.out.line(AFTER_BASH);
}

/** The names of models here; none where the service is away, or slow. */
async function modelNames({ api }: Cli): Promise<string[]> {
  try {
    const signal = AbortSignal.timeout(MODELS_MS);
    const { models } = await answered(api.GET("/api/v1/models", { signal }));
    return models.map(({ name }) => name);
  } catch {
    return [];
  }
}

/** All commands as citty has them. */
async function program(): Promise<CommandDef> {
  const entries = CATALOG.flatMap((group) => group.entries).filter(
    ({ name }) => name !== "complete",
  );
  return defineCommand({
    meta: { name: "shared-ollama", description: "One machine runs Ollama; many projects use it" },
    args: shownArgs({}),
    subCommands: await commandsOf(entries),
  }) as CommandDef;
}

async function commandsOf(entries: Entry[]): Promise<Record<string, CommandDef>> {
  const commands = entries.map(async (entry) => [entry.name, await commandOf(entry)] as const);
  return Object.fromEntries(await Promise.all(commands));
}

async function commandOf(entry: Entry): Promise<CommandDef> {
  const meta = { name: entry.name, description: entry.summary };
  if ("load" in entry) return { meta, args: await argsOf(entry) };
  return { meta, args: shownArgs({}), subCommands: await commandsOf(entry.commands) };
}

async function argsOf(entry: CommandEntry): Promise<ArgsDef> {
  return shownArgs((await entry.load()).args);
}

/** What is switched off with `--no-…` is offered so. */
function shownArgs(args: ArgsDef): ArgsDef {
  const all: ArgsDef = { ...args, ...GLOBAL_ARGS };
  return Object.fromEntries(
    Object.entries(all).map(([name, arg]) => {
      if (arg.type !== "boolean" || arg.default !== true) return [name, arg];
      return [`no-${name}`, { type: "boolean", description: arg.negativeDescription ?? "" }];
    }),
  );
}

type Config = NonNullable<Parameters<typeof tab>[1]>;

/** What stands for a model, in any command, is one of these; an option's values are its own. */
function configOf(command: CommandDef, models: string[]): Config {
  const args: NonNullable<Config["args"]> = {};
  const options: NonNullable<Config["options"]> = {};
  for (const [name, arg] of Object.entries((command.args ?? {}) as ArgsDef)) {
    const values = name === "model" ? models : arg.type === "enum" ? (arg.options ?? []) : [];
    const handler = (complete: (value: string, about: string) => void): void => {
      for (const value of values) complete(value, "");
    };
    if (arg.type === "positional") args[name] = handler;
    else if (values.length > 0) options[name] = handler;
  }
  const subCommands = Object.entries((command.subCommands ?? {}) as Record<string, CommandDef>).map(
    ([name, sub]) => [name, configOf(sub, models)] as const,
  );
  return { args, options, subCommands: Object.fromEntries(subCommands) };
}
