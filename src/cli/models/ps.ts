import { answered } from "../api.ts";
import { defineCommand } from "../command.ts";
import { count, memorySize, percent } from "../output/units.ts";
import { until } from "./times.ts";

export const listLoadedModels = defineCommand({
  args: {},
  examples: [
    { line: "shared-ollama models ps", about: "Which models are in memory, and for how long" },
  ],
  json: { operation: "listLoadedModels" },
  run: async (cli) => {
    const loaded = await answered(cli.api.GET("/api/v1/models/ps"));
    cli.show(loaded, ({ models }, out) => {
      if (models.length === 0) {
        out.note("No model is in memory: the first question loads one.");
        return;
      }
      out.table(
        [
          { head: "Name", shrinks: true },
          { head: "Memory", align: "right" },
          { head: "On GPU", align: "right", spare: true },
          { head: "Context", align: "right", spare: true },
          { head: "Leaves" },
        ],
        models.map((model) => [
          model.name,
          memorySize(model.size),
          model.size === 0 ? "–" : percent(model.size_vram / model.size),
          model.context_length === undefined ? "–" : count(model.context_length),
          until(model.expires_at),
        ]),
      );
    });
  },
});
