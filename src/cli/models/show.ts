import { answered } from "../api.ts";
import { defineCommand } from "../command.ts";
import type { Output } from "../output/output.ts";
import { oneLine, wrap } from "../output/text.ts";
import { count } from "../output/units.ts";
import { modelFacts, type ShownModel } from "./model-facts.ts";

export const showModel = defineCommand({
  args: {
    name: { type: "positional", required: true, description: "The model, or an alias" },
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
      else showFacts(model, out);
    });
  },
});

function showFacts(model: ShownModel, out: Output): void {
  const facts = modelFacts(model);
  const width = Math.max(...facts.map(([name]) => name.length));
  for (const [name, value] of facts) {
    const text = typeof value === "number" ? count(value) : oneLine(value);
    const [first = "", ...more] = wrap(text, Math.min(out.columns, 100) - width - 2);
    out.line(`${out.style.dim(name.padEnd(width))}  ${first}`);
    for (const line of more) out.line(`${" ".repeat(width)}  ${line}`);
  }
}
