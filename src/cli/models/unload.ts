import { answered } from "../api.ts";
import { defineCommand } from "../command.ts";

export const unloadModel = defineCommand({
  about: "One that is at work or pinned stays (exit 1).",
  args: {
    name: {
      type: "positional",
      required: true,
      valueHint: "MODEL",
      description: "A model in memory",
    },
  },
  examples: [
    { line: "shared-ollama models unload smollm2:135m", about: "Take an idle model out of memory" },
  ],
  json: { operation: "unloadModel" },
  run: async (cli, { name }) => {
    const path = { name };
    const done = await answered(cli.api.POST("/api/v1/models/{name}/unload", { params: { path } }));
    cli.show(done, (_, out) => out.line(`${name} is out of memory.`));
  },
});
