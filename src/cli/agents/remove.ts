import { answered } from "../api.ts";
import { defineCommand } from "../command.ts";

export const remove = defineCommand({
  about: "Runs of it that are under way go on.",
  args: {
    name: { type: "positional", description: "The agent", valueHint: "AGENT", required: true },
  },
  examples: [{ line: "shared-ollama agents rm poet --yes", about: "One of one's own" }],
  json: { operation: "deleteAgent" },
  run: async (cli, { name }) => {
    await cli.confirm(`Delete the agent ${name}?`);
    const params = { path: { name } };
    const found = await answered(cli.api.DELETE("/api/v1/agents/{name}", { params }));
    cli.show(found, (deleted, out) => out.line(`Deleted: ${deleted.name}`));
  },
});
