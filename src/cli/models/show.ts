import { answered } from "../api.ts";
import { defineCommand } from "../command.ts";
import { showFacts } from "../output/facts.ts";
import { modelFacts, type ShownModel } from "./model-facts.ts";

export const showModel = defineCommand({
  args: {
    name: {
      type: "positional",
      required: true,
      valueHint: "MODEL",
      description: "The model, or an alias",
    },
    modelfile: { type: "boolean", description: "Only its Modelfile" },
    template: { type: "boolean", description: "Only its template" },
    license: { type: "boolean", description: "Only its license" },
  },
  examples: [
    { line: "shared-ollama models show smollm2:135m", about: "What is known of a model" },
    {
      line: "shared-ollama models show smollm2:135m --modelfile",
      about: "Its Modelfile, to change it and make a model of one's own",
    },
  ],
  json: { operation: "showModel" },
  run: async (cli, { name, modelfile, template, license }) => {
    const model: ShownModel = await answered(
      cli.api.GET("/api/v1/models/{name}/show", { params: { path: { name } } }),
    );
    cli.show(model, (_, out) => {
      if (modelfile) out.line((model.modelfile ?? "").trimEnd());
      else if (template) out.line((model.template ?? "").trimEnd());
      else if (license) out.line((model.license ?? "").trimEnd());
      else showFacts(modelFacts(model), out);
    });
  },
});
