import { ASKING } from "./asking/group.ts";
import type { CommandEntry, CommandGroup } from "./entries.ts";
import { FINE_TUNING } from "./fine-tuning/group.ts";
import { MACHINE } from "./machine/group.ts";
import { MODELS } from "./models/group.ts";
import { PROGRAM } from "./program/group.ts";
import { RUNNING } from "./running/group.ts";
import { WATCHING } from "./watching/group.ts";

/** All commands, in the order of the help and of docs/cli.md. */
export const CATALOG: CommandGroup[] = [
  RUNNING,
  MODELS,
  FINE_TUNING,
  WATCHING,
  ASKING,
  MACHINE,
  PROGRAM,
].filter(({ entries }) => entries.length > 0);

/** Every command with its words: `["models", "pull"]`. */
export function allCommands(): { words: string[]; entry: CommandEntry }[] {
  return CATALOG.flatMap(({ entries }) => entries).flatMap((entry) =>
    "load" in entry
      ? [{ words: [entry.name], entry }]
      : entry.commands.map((command) => ({ words: [entry.name, command.name], entry: command })),
  );
}
