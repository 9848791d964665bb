import { CATALOG } from "../catalog.ts";
import type { Command, JsonShape } from "../command.ts";
import type { CommandEntry, Entry } from "../entries.ts";
import { GLOBAL_ARGS } from "../global-args.ts";
import { alsoCalled, optionRows, usageLine, wordRows } from "../help.ts";
import { HEAD } from "./head.ts";
import { SCRIPTS } from "./scripts.ts";

/** docs/cli.md: what the program says of itself, behind a head that is written by hand. */
export async function cliDocument(): Promise<string> {
  const sections = await Promise.all(
    CATALOG.flatMap(({ title, entries }) => [
      Promise.resolve([`## ${title}`, ""]),
      ...entries.flatMap(commandsOf).map(section),
    ]),
  );
  const scripts = SCRIPTS.map(({ script, command, differs }) => [code(script), command, differs]);
  return [
    HEAD.trim(),
    "",
    ...table(["Option of every command", "Meaning"], codeRows(optionRows(GLOBAL_ARGS))),
    ...(scripts.length > 0
      ? ["", "## Scripts of earlier versions", "", ...table(["Script", "Now", "Differs"], scripts)]
      : []),
    "",
    ...sections.flat(),
  ]
    .join("\n")
    .replace(/\n+$/, "\n");
}

interface Named {
  words: string;
  entry: CommandEntry;
}

function commandsOf(entry: Entry): Named[] {
  if ("load" in entry) return [{ words: entry.name, entry }];
  return entry.commands.map((command) => ({
    words: `${entry.name} ${command.name}`,
    entry: command,
  }));
}

async function section({ words, entry }: Named): Promise<string[]> {
  const command = await entry.load();
  const rows = [...wordRows(command.args), ...optionRows(command.args)];
  return [
    `### ${words}`,
    "",
    `${entry.summary}.${alsoCalled(entry)}${command.about === undefined ? "" : ` ${command.about}`}`,
    "",
    ...fence("text", [usageLine(words, command)]),
    ...(rows.length > 0 ? [...table(["Option", "Meaning"], codeRows(rows)), ""] : []),
    ...examples(command),
    ...jsonShape(command.json),
  ];
}

function examples(command: Command): string[] {
  return command.examples.flatMap(({ line, about, mark }) =>
    fence(mark === undefined ? "bash" : `bash ${mark}`, [`# ${about}`, line]),
  );
}

function jsonShape(shape: JsonShape): string[] {
  const each = shape.lines ? ", an object a line, each" : "";
  if ("operation" in shape) {
    return [
      `\`--json\`${each}: the answer of \`${shape.operation}\` in [openapi.json](openapi.json).`,
      "",
    ];
  }
  return [
    `\`--json\`${each}:`,
    "",
    ...fence("json", JSON.stringify(shape.schema, null, 2).split("\n")),
  ];
}

function fence(language: string, lines: string[]): string[] {
  return [`\`\`\`${language}`, ...lines, "```", ""];
}

function codeRows(rows: [string, string][]): string[][] {
  return rows.map(([name, about]) => [code(name), about]);
}

function table(heads: string[], rows: string[][]): string[] {
  const line = (cells: string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", String.raw`\|`)).join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line)];
}

function code(text: string): string {
  return `\`${text}\``;
}
