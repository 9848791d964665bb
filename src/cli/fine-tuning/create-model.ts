import { defineCommand } from "../command.ts";
import { createOnService } from "../models/create-on-service.ts";
import { readModelfile } from "../models/read-modelfile.ts";

export const createModelCommand = defineCommand({
  about: "The service makes it, as for `models create`; a model of that name is replaced.",
  args: {
    name: {
      type: "string",
      required: true,
      valueHint: "NAME",
      description: "The new model's name",
    },
    modelfile: {
      type: "string",
      alias: "f",
      required: true,
      valueHint: "FILE",
      description: "A Modelfile; - for the standard input",
    },
  },
  examples: [
    {
      line: "shared-ollama create-model --name pirate --modelfile Modelfile",
      about: "A model from the file that create-modelfile has written",
    },
  ],
  json: { operation: "createModel", lines: true },
  run: async (cli, { name, modelfile }) =>
    createOnService(cli, { name, modelfile: await readModelfile(modelfile, cli.input) }),
});
