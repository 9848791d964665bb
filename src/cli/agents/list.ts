import { answered } from "../api.ts";
import type { components } from "../api-types.d.ts";
import { defineCommand } from "../command.ts";
import { oneLine } from "../output/text.ts";

type Agent = components["schemas"]["Agent"];

export const list = defineCommand({
  about: "One's own, and those that everyone may run.",
  args: {},
  examples: [
    { line: "shared-ollama agents list", about: "What can be run" },
    {
      line: "shared-ollama agents list --project story-machine --json",
      about: "As a project sees it",
    },
  ],
  json: { operation: "listAgents" },
  run: async (cli) => {
    const found = await answered(cli.api.GET("/api/v1/agents"));
    cli.show(found, ({ agents, next, message }, out) => {
      if (agents.length === 0) {
        out.line("There are no agents. Make one: shared-ollama agents create FILE");
        return;
      }
      out.table(
        [
          { head: "Name", shrinks: true },
          { head: "Model", shrinks: true },
          { head: "Tools", shrinks: true, spare: true },
          { head: "Seen by", spare: true },
          { head: "What it is told", shrinks: true, spare: true },
        ],
        agents.map((agent) => [
          agent.name,
          agent.model,
          toolsOf(agent),
          agent.visibility === "everyone" ? "everyone" : "its project",
          oneLine(agent.role),
        ]),
      );
      if (message !== undefined) out.note(message);
      if (next !== null) out.note("There are more: --json has the next page's `after`");
    });
  },
});

function toolsOf({ mcp, tools }: Agent): string {
  const own = tools?.map((tool) => tool.function.name) ?? [];
  return [...mcp.map((server) => `${server} (MCP)`), ...own].join(", ");
}
