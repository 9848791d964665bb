import type { CommandGroup } from "../entries.ts";

export const FINE_TUNING: CommandGroup = {
  title: "Own models",
  entries: [],
};
