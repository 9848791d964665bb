import { answered } from "../api.ts";
import { defineCommand } from "../command.ts";
import { time } from "../output/units.ts";

export const runs = defineCommand({
  about: "Those under way first, then the newest.",
  args: {},
  examples: [{ line: "shared-ollama agents runs", about: "The latest" }],
  json: { operation: "listAgentRuns" },
  run: async (cli) => {
    const found = await answered(cli.api.GET("/api/v1/agents/runs"));
    cli.show(found, ({ running, runs: ended, recorded }, out) => {
      const all = [...running, ...ended];
      if (all.length === 0) out.line("No agent has run.");
      else {
        out.table(
          [
            { head: "Began" },
            { head: "Agent", shrinks: true },
            { head: "Project", shrinks: true, spare: true },
            { head: "Steps", align: "right", spare: true },
            { head: "Status", shrinks: true },
            { head: "Id", shrinks: true },
          ],
          all.map((run) => [
            time(run.started_at),
            run.agent,
            run.project,
            String(run.step_count),
            run.reason?.code ?? run.status,
            run.id,
          ]),
        );
      }
      if (!recorded) out.note("Runs that have ended are not kept (AGENT_TRACE=off).");
    });
  },
});
