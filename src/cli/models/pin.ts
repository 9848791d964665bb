import { answered } from "../api.ts";
import { defineCommand } from "../command.ts";

export const pinModel = defineCommand({
  about: "Once it is in memory it stays, until it is unpinned or the service ends.",
  args: {
    name: {
      type: "positional",
      required: true,
      valueHint: "MODEL",
      description: "An installed model",
    },
  },
  examples: [{ line: "shared-ollama models pin smollm2:135m", about: "Keep a model in memory" }],
  json: { operation: "pinModel" },
  run: async (cli, { name }) => {
    const path = { name };
    const done = await answered(cli.api.POST("/api/v1/models/{name}/pin", { params: { path } }));
    cli.show(done, (_, out) => out.line(`${name} stays in memory, once it is there.`));
  },
});

export const unpinModel = defineCommand({
  args: {
    name: { type: "positional", required: true, valueHint: "MODEL", description: "A pinned model" },
  },
  examples: [
    { line: "shared-ollama models unpin smollm2:135m", about: "Let a pinned model leave again" },
  ],
  json: { operation: "unpinModel" },
  run: async (cli, { name }) => {
    const path = { name };
    const done = await answered(cli.api.DELETE("/api/v1/models/{name}/pin", { params: { path } }));
    cli.show(done, (_, out) => out.line(`${name} may leave memory again.`));
  },
});
