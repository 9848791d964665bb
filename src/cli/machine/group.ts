import type { CommandGroup } from "../entries.ts";

export const MACHINE: CommandGroup = {
  title: "This machine",
  entries: [],
};
