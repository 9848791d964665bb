import { answered } from "../api.ts";
import { defineCommand } from "../command.ts";
import { wholeId } from "./find-request.ts";

export const cancel = defineCommand({
  about:
    "Its place is given back at once, and its client is told. One's own requests can be cancelled, others' by who may manage.",
  args: {
    id: {
      type: "positional",
      description: "Its id, or how that begins",
      valueHint: "REQUEST",
      required: true,
    },
  },
  examples: [
    {
      line: "shared-ollama requests cancel 00000000-0000-4000-8000-000000000000 || echo gone",
      about: "One that has ended or never was (404): exit code 4",
    },
  ],
  json: { operation: "cancelRequest" },
  run: async (cli, args) => {
    const id = await wholeId(cli, args.id);
    await cli.confirm(`Cancel the request ${id}?`);
    const params = { path: { id } };
    const found = await answered(cli.api.DELETE("/api/v1/requests/{id}", { params }));
    cli.show(found, ({ request_id: cancelled }, out) => out.line(`Cancelled: ${cancelled}`));
  },
});
