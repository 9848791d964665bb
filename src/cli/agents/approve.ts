import { defineCommand } from "../command.ts";
import { approvePending } from "./approvals.ts";

export const approve = defineCommand({
  about:
    "Shows the calls that a run waits with, and asks for each whether it may be made. With --yes all are approved, with --deny none.",
  args: {
    run: { type: "positional", description: "The run's id", valueHint: "RUN", required: true },
    call: {
      type: "string",
      description: "Only this one of its calls",
      valueHint: "ID",
      required: false,
    },
    deny: { type: "boolean", description: "Refuse them" },
    reason: {
      type: "string",
      description: "What the model is told of a refusal",
      valueHint: "TEXT",
      required: false,
    },
  },
  examples: [
    {
      line: "shared-ollama agents approve run_00000000-0000-4000-8000-000000000000 --yes || echo gone",
      about: "A run that is not there (404): exit code 4",
    },
  ],
  json: {
    schema: {
      type: "object",
      required: ["run_id", "agent", "status"],
      properties: {
        run_id: { type: "string" },
        agent: { type: "string" },
        status: { type: "string" },
        reason: { type: "object" },
      },
      additionalProperties: false,
    },
  },
  run: async (cli, { run, call, deny, reason }) => {
    const decided = deny ? false : cli.flags.yes ? true : undefined;
    const state = await approvePending(cli, run, { call, approve: decided, reason });
    cli.show(state, ({ run_id: id, status }, out) => out.line(`${id} is ${status}`));
  },
});
