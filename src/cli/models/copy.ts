import { answered } from "../api.ts";
import { defineCommand } from "../command.ts";

export const copyModel = defineCommand({
  about: "It takes no room on the disk: both names have the same files.",
  args: {
    source: {
      type: "positional",
      required: true,
      valueHint: "MODEL",
      description: "An installed model",
    },
    destination: { type: "positional", required: true, description: "Its second name" },
  },
  examples: [
    { line: "shared-ollama models copy smollm2:135m my-model", about: "Give a model another name" },
  ],
  json: { operation: "copyModel" },
  run: async (cli, { source, destination }) => {
    const path = { name: source };
    const done = await answered(
      cli.api.POST("/api/v1/models/{name}/copy", { params: { path }, body: { destination } }),
    );
    cli.show(done, (_, out) => out.line(`${source} is ${destination}, too.`));
  },
});
