import type { ArgDef, ArgsDef } from "citty";
import { CATALOG } from "./catalog.ts";
import type { Command } from "./command.ts";
import type { CommandEntry, Entry, FamilyEntry } from "./entries.ts";
import { GLOBAL_ARGS } from "./global-args.ts";
import type { Style } from "./output/style.ts";
import { widthOf, wrap } from "./output/text.ts";
import { wordName } from "./word-name.ts";

export interface HelpOptions {
  style: Style;
  /** The columns of the terminal. */
  columns: number;
}

/** Longer lines are harder to read. */
const MAX_COLUMNS = 80;

/** `shared-ollama --help`. */
export function programHelp(options: HelpOptions): string[] {
  const { style } = options;
  return [
    "One machine runs Ollama; many projects use it.",
    "",
    `${style.head("Usage")}  shared-ollama COMMAND [options]`,
    ...CATALOG.flatMap(({ title, entries }) => [
      "",
      style.head(title),
      ...list(entries.map(listed), options),
    ]),
    "",
    style.head("Options of every command"),
    ...list(optionRows(GLOBAL_ARGS), options),
    "",
    "What a command does, with examples: shared-ollama COMMAND --help",
  ];
}

/** `shared-ollama models --help`. */
export function familyHelp(
  { name, summary, commands }: FamilyEntry,
  options: HelpOptions,
): string[] {
  const { style } = options;
  return [
    `${summary}.`,
    "",
    `${style.head("Usage")}  shared-ollama ${name} COMMAND [options]`,
    "",
    style.head("Commands"),
    ...list(commands.map(listed), options),
    "",
    `What a command does, with examples: shared-ollama ${name} COMMAND --help`,
  ];
}

interface CommandHelp {
  /** As it is called: `models pull`. */
  words: string;
  entry: Pick<CommandEntry, "summary" | "aliases">;
  command: Command;
}

/** `shared-ollama models pull --help`. */
export function commandHelp(
  { words, entry, command }: CommandHelp,
  options: HelpOptions,
): string[] {
  const { style } = options;
  const own = optionRows(command.args);
  const named = wordRows(command.args);
  const about = command.about === undefined ? [] : ["", ...wrapped(command.about, "", options)];
  return [
    ...wrapped(`${entry.summary}.${alsoCalled(entry)}`, "", options),
    ...about,
    "",
    `${style.head("Usage")}  ${usageLine(words, command)}`,
    ...(named.length > 0 ? ["", ...list(named, options)] : []),
    ...(own.length > 0 ? ["", style.head("Options"), ...list(own, options)] : []),
    "",
    style.head("Options of every command"),
    ...list(optionRows(GLOBAL_ARGS), options),
    "",
    style.head("Examples"),
    ...command.examples.flatMap(({ line, about }) => [
      ...wrapped(about, "  # ", options).map((text) => style.dim(text)),
      `  ${line}`,
    ]),
  ];
}

/** What else people call a command, as a sentence; empty where there is nothing. */
export function alsoCalled({ aliases = [] }: Pick<CommandEntry, "aliases">): string {
  return aliases.length === 0 ? "" : ` Also called ${aliases.join(" or ")}.`;
}

/** How a command is called: `shared-ollama models pull NAME [options]`. */
export function usageLine(words: string, { args, rest }: Command): string {
  const named = Object.entries(args)
    .filter(([, { type }]) => type === "positional")
    .map(([name, arg]) => (isNeeded(arg) ? wordName(name, arg) : `[${wordName(name, arg)}]`));
  return ["shared-ollama", words, ...named, "[options]", ...(rest ? [`[${rest}]`] : [])].join(" ");
}

/** The options of a command, each with what it means. */
export function optionRows(args: ArgsDef): [string, string][] {
  return Object.entries(args)
    .filter(([, { type }]) => type !== "positional")
    .map(([name, arg]) => [optionNames(name, arg), meaning(arg)]);
}

/** The words that a command takes, each with what it means. */
export function wordRows(args: ArgsDef): [string, string][] {
  return Object.entries(args)
    .filter(([, { type }]) => type === "positional")
    .map(([name, arg]) => [wordName(name, arg), meaning(arg)]);
}

function listed({ name, summary }: Entry): [string, string] {
  return [name, summary];
}

function isNeeded({ required, default: fallback }: ArgDef): boolean {
  return required !== false && fallback === undefined;
}

function optionNames(name: string, arg: ArgDef): string {
  const alias = "alias" in arg && arg.alias !== undefined ? [arg.alias].flat() : [];
  const isSwitchedOff = arg.type === "boolean" && arg.default === true;
  const value = valueOf(arg);
  const names = [...alias.map((a) => (a.length === 1 ? `-${a}` : `--${a}`)), `--${name}`];
  return isSwitchedOff ? `--no-${name}` : `${names.join(", ")}${value === "" ? "" : ` ${value}`}`;
}

function valueOf(arg: ArgDef): string {
  if (arg.type === "boolean") return "";
  if (arg.type === "enum") return (arg.options ?? []).join("|");
  return arg.valueHint ?? "VALUE";
}

function meaning(arg: ArgDef): string {
  const about =
    arg.type === "boolean" && arg.default === true ? arg.negativeDescription : arg.description;
  const fallback = arg.type === "boolean" || arg.default === undefined ? "" : String(arg.default);
  return fallback === "" ? (about ?? "") : `${about} (default ${fallback})`;
}

/** Names at the left, what they mean at the right, on lines that fit. */
function list(rows: [string, string][], options: HelpOptions): string[] {
  const left = Math.min(24, Math.max(...rows.map(([name]) => widthOf(name)))) + 2;
  return rows.flatMap(([name, about]) => {
    const lines = wrapped(about, " ".repeat(left + 2), options);
    if (widthOf(name) > left - 2) return [`  ${name}`, ...lines];
    return [`  ${name.padEnd(left)}${lines[0]?.trimStart() ?? ""}`, ...lines.slice(1)];
  });
}

function wrapped(text: string, indent: string, { columns }: HelpOptions): string[] {
  const width = Math.min(columns, MAX_COLUMNS) - indent.length;
  return wrap(text, width).map((line) => `${indent}${line}`.trimEnd());
}
