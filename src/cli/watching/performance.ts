import { answered } from "../api.ts";
import { defineCommand } from "../command.ts";
import { count, duration } from "../output/units.ts";
import { lookBack, WINDOW_ARGS } from "./window.ts";

export const performance = defineCommand({
  about: "Of successful requests whose tokens a second are known.",
  args: WINDOW_ARGS,
  examples: [
    { line: "shared-ollama performance", about: "Of all records that are kept" },
    { line: "shared-ollama performance --window 60 --json", about: "The last hour, for a program" },
  ],
  json: { operation: "performanceStats" },
  run: async (cli, args) => {
    const query = lookBack(args.window, cli.flags.project);
    const { signal } = cli;
    const found = await answered(
      cli.api.GET("/api/v1/performance/stats", { params: { query }, signal }),
    );
    cli.show(found, ({ by_model: models, ...all }, out) => {
      if (all.total_requests === 0) {
        out.line("No request in this time has told its tokens a second.");
        return;
      }
      const busiest = Object.entries(models).toSorted(
        ([, a], [, b]) => b.request_count - a.request_count,
      );
      const row = (name: string, requests: number, of: typeof all | (typeof busiest)[0][1]) => [
        name,
        count(requests),
        of.avg_tokens_per_second.toFixed(1),
        duration(of.avg_generation_time_ms),
        duration(of.avg_load_time_ms),
      ];
      out.table(
        [
          { head: "Model", shrinks: true },
          { head: "Requests", align: "right" },
          { head: "Tokens/s", align: "right" },
          { head: "Generation", align: "right", spare: true },
          { head: "Loading", align: "right", spare: true },
        ],
        [
          ...busiest.map(([name, model]) => row(name, model.request_count, model)),
          ...(busiest.length > 1 ? [row("all", all.total_requests, all)] : []),
        ],
      );
    });
  },
});
