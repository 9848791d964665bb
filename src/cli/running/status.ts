import { answered } from "../api.ts";
import { CliError, NotRunning } from "../cli-error.ts";
import type { Cli } from "../cli.ts";
import { defineCommand } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import type { Status } from "./status-report.ts";
import { showStatus } from "./status-screen.ts";

/** What hangs longer than this does not answer. */
const PATIENCE_MS = 10_000;

const schema = (name: string): object => ({ $ref: `openapi.json#/components/schemas/${name}` });

export const status = defineCommand({
  about: "Exit code 0: ready for questions. 1: it answers, and is not ready. 3: nothing answers.",
  args: {},
  examples: [
    { line: "shared-ollama status", about: "One screen" },
    { line: "shared-ollama status --json | grep waiting", about: "For a program" },
  ],
  json: {
    schema: {
      type: "object",
      required: ["url", "health", "queue", "memory"],
      additionalProperties: false,
      properties: {
        url: { type: "string" },
        health: schema("Health"),
        queue: schema("Queue"),
        memory: {
          anyOf: [schema("Memory"), { type: "null" }],
          description: "null: the inference server is away",
        },
      },
    },
  },
  run: async (cli) => {
    const found = await statusOf(cli);
    cli.show(found, showStatus);
    return found.health.status === "healthy" ? EXIT.ok : EXIT.failed;
  },
});

async function statusOf({ api, url }: Cli): Promise<Status> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const [health, queue, memory] = await Promise.all([
    answered(api.GET("/api/v1/health", { signal })),
    answered(api.GET("/api/v1/queue", { signal })),
    answered(api.GET("/api/v1/system/memory", { signal })).catch(unlessAway),
  ]);
  return { url, health, queue, memory };
}

/** The service answers 503 and 504 for its inference server. */
function unlessAway(err: unknown): null {
  if (err instanceof CliError && !(err instanceof NotRunning)) return null;
  throw err;
}
