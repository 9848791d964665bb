import { answered } from "../api.ts";
import { defineCommand } from "../command.ts";

export const cancel = defineCommand({
  about: "Its model's turn or its tool's call ends with it.",
  args: {
    run: { type: "positional", description: "The run's id", valueHint: "RUN", required: true },
  },
  examples: [
    {
      line: "shared-ollama agents cancel run_00000000-0000-4000-8000-000000000000 --yes || echo gone",
      about: "A run that is not there (404): exit code 4",
    },
  ],
  json: { operation: "cancelAgentRun" },
  run: async (cli, { run }) => {
    await cli.confirm(`End the run ${run}?`);
    const params = { path: { id: run } };
    const state = await answered(cli.api.POST("/api/v1/agents/runs/{id}/cancel", { params }));
    cli.show(state, ({ run_id: id, status }, out) => out.line(`${id} is ${status}`));
  },
});
