import { lstat, writeFile } from "node:fs/promises";
import { z } from "zod";
import { createModelfile } from "../../models/fine-tuning/create-modelfile.ts";
import { defineCommand } from "../command.ts";
import { jsonSchemaOf } from "../json-schema-of.ts";
import { fileProblem } from "../file-problem.ts";
import { decimal, wholeNumber } from "../whole-number.ts";
import { inPlainWords } from "./in-plain-words.ts";

const Written = z.object({ modelfile: z.string(), output: z.string().nullable() });

export const createModelfileCommand = defineCommand({
  about:
    "Written to the standard output where no file is named. The base model is looked for when a " +
    "model is made from it.",
  args: {
    "base-model": {
      type: "string",
      required: true,
      valueHint: "MODEL",
      description: "The model it is made from",
    },
    "system-prompt": { type: "string", valueHint: "TEXT", description: "Its system prompt" },
    temperature: { type: "string", valueHint: "NUMBER", description: "0 to 2" },
    "top-p": { type: "string", valueHint: "NUMBER", description: "0 to 1" },
    "num-ctx": { type: "string", valueHint: "TOKENS", description: "Its context" },
    output: { type: "string", alias: "o", valueHint: "FILE", description: "Where it is written" },
  },
  examples: [
    {
      line: 'shared-ollama create-modelfile --base-model smollm2:135m --system-prompt "You are a pirate." --temperature 0.7 --output Modelfile',
      about: "A Modelfile for a model that talks like a pirate",
    },
  ],
  json: { schema: jsonSchemaOf(Written) },
  run: async (cli, args) => {
    const { "base-model": base, "system-prompt": system, output } = args;
    const parameters = {
      ...optional("temperature", args.temperature, (text) =>
        decimal("temperature", text, { min: 0, max: 2 }),
      ),
      ...optional("top_p", args["top-p"], (text) => decimal("top-p", text, { min: 0, max: 1 })),
      ...optional("num_ctx", args["num-ctx"], (text) =>
        wholeNumber("num-ctx", text, { min: 4, max: 16_777_216 }),
      ),
    };
    const modelfile = inPlainWords(() =>
      createModelfile({
        base,
        ...(system === undefined ? {} : { system }),
        ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
      }),
    );
    if (output !== undefined) {
      if (await isThere(output)) await cli.confirm(`Replace ${output}?`);
      await writeFile(output, modelfile).catch((err: unknown) => {
        throw fileProblem(err, `Cannot write ${output}`);
      });
    }
    cli.show({ modelfile, output: output ?? null }, (_, out) => {
      if (output === undefined) out.stdout.write(modelfile);
      else {
        out.line(`${output} is written.`);
        out.note(`Next: shared-ollama create-model --name NAME --modelfile ${output}`);
      }
    });
  },
});

function optional(
  name: string,
  text: string | undefined,
  read: (text: string) => number,
): Record<string, number> {
  return text === undefined ? {} : { [name]: read(text) };
}

function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
