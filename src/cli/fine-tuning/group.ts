import type { CommandGroup } from "../entries.ts";

export const FINE_TUNING: CommandGroup = {
  title: "Own models",
  entries: [
    {
      name: "create-modelfile",
      summary: "Write a Modelfile for a model of one's own",
      load: async () => (await import("./create-modelfile.ts")).createModelfileCommand,
    },
    {
      name: "prepare-data",
      summary: "Check training data, bring it into one form and split it",
      load: async () => (await import("./prepare-data.ts")).prepareDataCommand,
    },
    {
      name: "create-model",
      summary: "Make a model from a Modelfile",
      load: async () => (await import("./create-model.ts")).createModelCommand,
    },
  ],
};
