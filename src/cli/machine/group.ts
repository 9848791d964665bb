import type { CommandGroup } from "../entries.ts";

export const MACHINE: CommandGroup = {
  title: "This machine",
  entries: [
    {
      name: "load-test",
      summary: "How long answers take when many ask",
      load: async () => (await import("../load-test/load-test.ts")).loadTestCommand,
    },
  ],
};
