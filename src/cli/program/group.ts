import type { CommandGroup } from "../entries.ts";

export const PROGRAM: CommandGroup = {
  title: "This program",
  entries: [
    {
      name: "complete",
      summary: "Completion with Tab for bash, zsh and fish",
      load: async () => (await import("../complete/complete.ts")).complete,
    },
  ],
};
