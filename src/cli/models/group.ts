import type { CommandGroup } from "../entries.ts";

export const MODELS: CommandGroup = {
  title: "Models",
  entries: [],
};
