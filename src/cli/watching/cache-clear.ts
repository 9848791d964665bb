import { answered } from "../api.ts";
import { defineCommand } from "../command.ts";
import { count } from "../output/units.ts";

export const clear = defineCommand({
  about: "All kept answers, or those of one model or of one project. Only for who may manage.",
  args: {
    model: {
      type: "string",
      description: "Only answers of a model",
      valueHint: "MODEL",
      required: false,
    },
  },
  examples: [
    { line: "shared-ollama cache clear --model smollm2:135m --yes", about: "A model's answers" },
  ],
  json: { operation: "dropCache" },
  run: async (cli, { model }) => {
    const { project } = cli.flags;
    const whose = [
      ...(model === undefined ? [] : [`of the model ${model}`]),
      ...(project === undefined ? [] : [`of the project ${project}`]),
    ].join(" ");
    await cli.confirm(`Forget all kept answers${whose === "" ? "" : ` ${whose}`}?`);
    const query = {
      ...(model === undefined ? {} : { model }),
      ...(project === undefined ? {} : { tenant: project }),
    };
    const found = await answered(cli.api.DELETE("/api/v1/cache", { params: { query } }));
    cli.show(found, ({ dropped }, out) => out.line(`Forgotten: ${count(dropped)} answers`));
  },
});
