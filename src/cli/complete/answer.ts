import { RootCommand, type Command as KnownWords } from "@bomb.sh/tab";
import type { ArgDef, ArgsDef } from "citty";
import { allCommands, CATALOG } from "../catalog.ts";
import type { Cli } from "../cli.ts";
import type { CommandEntry } from "../entries.ts";
import { findCommand } from "../find-command.ts";
import { GLOBAL_ARGS } from "../global-args.ts";
import { oneLine } from "../output/text.ts";
import { serviceUrl } from "../service-url.ts";
import { suggestionsFor, type Suggestion } from "./names.ts";

/** Says that the word may be a file, too; of several lines such as this the last one holds. */
const MAY_BE_FILE = ":0";

const FILE_HINT = /\b(FILE|FOLDER|PATH)\b/;

/**
 * Writes what the last of these words may become, a line each with a tab and what it means, then how
 * the shell takes them. Words that make no sense have no answers.
 */
export async function answer(words: string[], cli: Cli): Promise<void> {
  const typed = words.at(-1) ?? "";
  const { before, entry, path } = commandIn(words.slice(0, -1));
  const root = new RootCommand();
  const seen: Values = { names: new Map(), isFile: false };
  addOptions(root, GLOBAL_ARGS, seen);
  addCommands(root);
  const known = path === "" ? undefined : root.commands.get(path);
  if (entry && known) {
    const { args } = await entry.load();
    const needsNames = !typed.startsWith("-") || typed.includes("=");
    const service = needsNames ? serviceIn(before, cli) : undefined;
    if (service) seen.names = await suggestionsFor(hintsOf(args), service);
    addOptions(known, { ...args, ...GLOBAL_ARGS }, seen);
    addWords(known, args, seen);
  }
  root.parse([...before, typed]);
  if (seen.isFile) cli.out.line(MAY_BE_FILE);
}

interface Values {
  /** By the value hints that they are for. */
  names: Map<string, Suggestion[]>;
  /** The word that was asked for may be a file. */
  isFile: boolean;
}

/** The command that is typed, with its own name in place of another one. */
function commandIn(words: string[]): {
  before: string[];
  path: string;
  entry: CommandEntry | undefined;
} {
  try {
    const { entry, words: path, args } = findCommand(words);
    const before = [...path.split(" ").filter((word) => word !== ""), ...args];
    return { before, path, entry: entry && "load" in entry ? entry : undefined };
  } catch {
    return { before: words, path: "", entry: undefined };
  }
}

function addCommands(root: RootCommand): void {
  for (const { name, summary } of CATALOG.flatMap(({ entries }) => entries)) {
    root.command(name, summary);
  }
  for (const { words, entry } of allCommands()) {
    if (words.length > 1) root.command(words.join(" "), entry.summary);
  }
}

function addOptions(command: KnownWords, args: ArgsDef, seen: Values): void {
  for (const [name, definition] of Object.entries(args)) {
    if (definition.type === "positional") continue;
    const { description = "" } = definition;
    const alias = "alias" in definition ? [definition.alias ?? []].flat() : [];
    const letter = alias.find((other) => other.length === 1) ?? "";
    if (definition.type !== "boolean") {
      command.option(name, description, (say) => suggest(definition, seen, say), letter);
    } else if (definition.default === true) {
      command.option(`no-${name}`, definition.negativeDescription ?? description, letter);
    } else {
      command.option(name, description, letter);
    }
  }
}

function addWords(command: KnownWords, args: ArgsDef, seen: Values): void {
  for (const [name, definition] of Object.entries(args)) {
    if (definition.type !== "positional") continue;
    command.argument(name, (say) => suggest(definition, seen, say));
  }
}

type Say = (value: string, description: string) => void;

function suggest(definition: ArgDef, seen: Values, say: Say): void {
  if (definition.type === "enum") for (const option of definition.options ?? []) say(option, "");
  const hint = definition.valueHint ?? "";
  seen.isFile = FILE_HINT.test(hint);
  for (const { value, about } of seen.names.get(hint) ?? []) say(value, oneLine(about));
}

function hintsOf(args: ArgsDef): string[] {
  return Object.values(args).map(({ valueHint }) => valueHint ?? "");
}

/** The service and the project that the words name; undefined for what is no address. */
function serviceIn(
  words: string[],
  { env, flags }: Cli,
): { url: string; project: string | undefined } | undefined {
  const project = valueOf("--project", words) ?? flags.project;
  const named = valueOf("--url", words) ?? flags.url;
  try {
    return { url: serviceUrl(named, env), project };
  } catch {
    return undefined;
  }
}

function valueOf(option: string, words: string[]): string | undefined {
  const at = words.lastIndexOf(option);
  if (at >= 0) return words[at + 1];
  return words.find((word) => word.startsWith(`${option}=`))?.slice(option.length + 1);
}
