import { answered } from "../api.ts";
import { defineCommand } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { oneLine } from "../output/text.ts";

/** Longer than a service that is well ever takes. */
const PATIENCE_MS = 10_000;

export const health = defineCommand({
  about:
    "Exit code 0: ready for questions. 1: it answers, and is not ready; what it writes says why. 3: nothing answers.",
  args: {},
  examples: [
    { line: "shared-ollama health", about: "Is it ready?" },
    {
      line: "shared-ollama health --json | head -c 2000",
      about: "As monitoring wants it",
    },
  ],
  json: { operation: "health" },
  run: async (cli) => {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const found = await answered(cli.api.GET("/api/v1/health", { signal }));
    const isWell = found.status === "healthy";
    cli.show(found, ({ status, ollama_status, missing_models, problems = [] }, out) => {
      const { style } = out;
      const server = ollama_status === "running" ? "" : `: ${oneLine(ollama_status)}`;
      out.line(isWell ? style.good("healthy") : `${style.bad(status)}${server}`);
      for (const { name, state } of missing_models) {
        const next = state === "not_fetched" ? `; fetch it: shared-ollama models pull ${name}` : "";
        out.line(`  ${name} is required: ${state.replace("_", " ")}${next}`);
      }
      for (const problem of problems) out.line(`  ${oneLine(problem)}`);
    });
    return isWell ? EXIT.ok : EXIT.failed;
  },
});
