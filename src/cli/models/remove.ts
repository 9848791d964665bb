import { answered } from "../api.ts";
import { defineCommand } from "../command.ts";

export const removeModel = defineCommand({
  about:
    "Files that no other model has are deleted. One that is in memory answers until it leaves.",
  args: {
    name: { type: "positional", required: true, valueHint: "MODEL", description: "The model" },
  },
  examples: [
    { line: "shared-ollama models rm my-model --yes", about: "Remove a model, and ask nothing" },
  ],
  json: { operation: "deleteModel" },
  run: async (cli, { name }) => {
    const path = { name };
    // What is not there is told before anything is asked.
    await answered(cli.api.GET("/api/v1/models/{name}", { params: { path } }));
    await cli.confirm(`Remove ${name}, for everyone who uses this service?`);
    const done = await answered(cli.api.DELETE("/api/v1/models/{name}", { params: { path } }));
    cli.show(done, (_, out) => out.line(`${name} was removed.`));
  },
});
