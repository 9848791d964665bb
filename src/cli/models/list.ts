import { answered } from "../api.ts";
import { defineCommand } from "../command.ts";
import { bytes } from "../output/units.ts";
import { ago } from "./times.ts";

export const listModels = defineCommand({
  args: {},
  examples: [
    { line: "shared-ollama models list", about: "What is installed" },
    { line: "shared-ollama models list --json", about: "The same for programs" },
  ],
  json: { operation: "listModels" },
  run: async (cli) => {
    const list = await answered(cli.api.GET("/api/v1/models"));
    cli.show(list, ({ models }, out) => {
      if (models.length === 0) {
        out.note("No model is installed. Fetch one: shared-ollama models pull qwen3:0.6b");
        return;
      }
      const hasAliases = models.some(({ aliases = [] }) => aliases.length > 0);
      const rows = models.map(({ name, size, modified_at, aliases = [] }) => [
        name,
        size === null ? "–" : bytes(size),
        ago(modified_at),
        ...(hasAliases ? [aliases.join(", ")] : []),
      ]);
      out.table(
        [
          { head: "Name", shrinks: true },
          { head: "Size", align: "right" },
          { head: "Changed", spare: true },
          ...(hasAliases ? [{ head: "Aliases", shrinks: true, spare: true } as const] : []),
        ],
        rows,
      );
    });
  },
});
