import { defineCommand } from "../command.ts";
import { WrongUse } from "../cli-error.ts";
import { createOnService } from "./create-on-service.ts";
import { readModelfile } from "./read-modelfile.ts";

export const createModel = defineCommand({
  about:
    "Made from an installed model with --from, or from a Modelfile with --modelfile; a model of " +
    "that name is replaced.",
  args: {
    name: { type: "positional", required: true, description: "The new model's name" },
    from: { type: "string", valueHint: "MODEL", description: "An installed model" },
    modelfile: {
      type: "string",
      alias: "f",
      valueHint: "FILE",
      description: "A Modelfile; - for the standard input",
    },
    system: { type: "string", valueHint: "TEXT", description: "Its system prompt" },
    quantize: { type: "string", valueHint: "KIND", description: "Such as q4_K_M" },
  },
  examples: [
    {
      line: 'shared-ollama models create pirate --from smollm2:135m --system "You are a pirate."',
      about: "A model that is given a system prompt",
    },
    {
      line: String.raw`printf 'FROM smollm2:135m\n' | shared-ollama models create plain --modelfile -`,
      about: "A model from a Modelfile, here of a pipe",
    },
  ],
  json: { operation: "createModel", lines: true },
  run: async (cli, { name, from, modelfile, system, quantize }) => {
    if ((from === undefined) === (modelfile === undefined)) {
      throw new WrongUse("Say what it is made from: --from MODEL, or --modelfile FILE");
    }
    await createOnService(cli, {
      name,
      ...(from === undefined ? {} : { from }),
      ...(modelfile === undefined ? {} : { modelfile: await readModelfile(modelfile, cli.input) }),
      ...(system === undefined ? {} : { system }),
      ...(quantize === undefined ? {} : { quantize }),
    });
  },
});
