import type { Command } from "./command.ts";

/** A command that is loaded when it is called. */
export interface CommandEntry {
  name: string;
  /** What people call it as well. */
  aliases?: string[];
  /** One line, without a full stop: for the list of commands. */
  summary: string;
  load: () => Promise<Command>;
}

/** A word that commands stand under: `models`, `service`. */
export interface FamilyEntry {
  name: string;
  summary: string;
  commands: CommandEntry[];
}

export type Entry = CommandEntry | FamilyEntry;

/** Commands that are listed together. */
export interface CommandGroup {
  title: string;
  entries: Entry[];
}
