import type { CommandGroup } from "../entries.ts";

export const ASKING: CommandGroup = {
  title: "Ask",
  entries: [],
};
