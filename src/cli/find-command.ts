import { CATALOG } from "./catalog.ts";
import { WrongUse } from "./cli-error.ts";
import { closest } from "./closest.ts";
import type { Entry } from "./entries.ts";
import { GLOBAL_ARGS } from "./global-args.ts";

/** Which command the words on the command line mean. */
export interface Found {
  /** Undefined where no command is named. */
  entry: Entry | undefined;
  /** Its words, as `models pull`. */
  words: string;
  /** All that is left: options from before the command's name, too. */
  args: string[];
  wantsHelp: boolean;
  wantsVersion: boolean;
}

/** Finds the command; options that all commands know may stand before its name. @throws WrongUse */
export function findCommand(argv: string[]): Found {
  const args = [...argv];
  const isAsked = (...flags: string[]): boolean => {
    const end = args.includes("--") ? args.indexOf("--") : args.length;
    return args.slice(0, end).some((arg) => flags.includes(arg));
  };
  let wantsHelp = isAsked("--help", "-h");
  let entries = CATALOG.flatMap((group) => group.entries);
  let found: Entry | undefined;
  const words: string[] = [];
  while (!found || "commands" in found) {
    const at = firstWord(args);
    const word = args[at];
    if (word === undefined) break;
    args.splice(at, 1);
    if (word === "help" && !found) {
      wantsHelp = true;
      continue;
    }
    const named = entries.find((entry) => isCalled(entry, word));
    if (!named) {
      if (!found) refuseUnknown(args.slice(0, at));
      throw unknown([...words, word].join(" "), word, entries, words);
    }
    found = named;
    words.push(named.name);
    entries = "commands" in named ? named.commands : [];
  }
  const wantsVersion = !found && isAsked("--version", "-V");
  if (!found && !wantsVersion && !wantsHelp) refuseUnknown(args);
  return { entry: found, words: words.join(" "), args, wantsHelp, wantsVersion };
}

function isCalled(entry: Entry, word: string): boolean {
  return entry.name === word || ("load" in entry && (entry.aliases ?? []).includes(word));
}

/** The place of the first word that is no option and no option's value. */
function firstWord(args: string[]): number {
  let at = 0;
  while (at < args.length && args[at]?.startsWith("-")) {
    if (args[at] === "--") return args.length;
    at += takesValue(args[at]) ? 2 : 1;
  }
  return at;
}

function takesValue(flag = ""): boolean {
  const known = Object.entries(GLOBAL_ARGS).find(([name]) => `--${name}` === flag);
  return known?.[1].type === "string";
}

function unknown(said: string, word: string, entries: Entry[], words: string[]): WrongUse {
  const near = closest(
    word,
    entries.map(({ name }) => name),
  );
  const all = ["shared-ollama", ...words, "--help"].join(" ");
  if (near === undefined) return new WrongUse(`There is no command ${said}. All: ${all}`);
  const meant = ["shared-ollama", ...words, near].join(" ");
  return new WrongUse(`There is no command ${said}. Did you mean: ${meant}`);
}

/** Without a command, only what all commands know makes sense. */
function refuseUnknown(args: string[]): void {
  const odd = args.find((arg) => arg.startsWith("-") && !isGlobal(arg));
  if (odd !== undefined) {
    throw new WrongUse(`${odd}: say a command first. All: shared-ollama --help`);
  }
}

function isGlobal(arg: string): boolean {
  const name = arg.replace(/=.*/s, "");
  return name === "--no-color" || name === "-y" || Object.hasOwn(GLOBAL_ARGS, name.slice(2));
}
