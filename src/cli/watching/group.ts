import type { CommandGroup } from "../entries.ts";

export const WATCHING: CommandGroup = {
  title: "Watch",
  entries: [],
};
