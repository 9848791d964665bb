import { serviceVersion } from "../../runtime/paths.ts";
import { answered } from "../api.ts";
import type { Cli } from "../cli.ts";
import { NotRunning } from "../cli-error.ts";
import { defineCommand } from "../command.ts";
import { send } from "../http.ts";

const PATIENCE_MS = 5000;

interface Versions {
  program: string;
  /** What this program runs on. */
  runtime: { name: "node" | "bun"; version: string };
  /** Null where nothing answers. */
  service: { url: string; version: string; ollama: string | null } | null;
}

export const version = defineCommand({
  args: {},
  examples: [{ line: "shared-ollama version", about: "For a report of a problem" }],
  json: {
    schema: {
      type: "object",
      required: ["program", "runtime", "service"],
      additionalProperties: false,
      properties: {
        program: { type: "string" },
        runtime: {
          type: "object",
          required: ["name", "version"],
          additionalProperties: false,
          properties: { name: { enum: ["node", "bun"] }, version: { type: "string" } },
        },
        service: {
          description: "null: nothing answers",
          type: ["object", "null"],
          required: ["url", "version", "ollama"],
          additionalProperties: false,
          properties: {
            url: { type: "string" },
            version: { type: "string" },
            ollama: { type: ["string", "null"], description: "null: it is not running" },
          },
        },
      },
    },
  },
  run: async (cli) => {
    const { bun, node } = process.versions;
    const found: Versions = {
      program: serviceVersion,
      runtime: bun ? { name: "bun", version: bun } : { name: "node", version: node },
      service: await serviceOf(cli),
    };
    cli.show(found, ({ program, runtime, service }, out) => {
      out.line(`shared-ollama  ${program} on ${runtime.name} ${runtime.version}`);
      if (!service) {
        out.line(`service        ${out.style.dim(`nothing answers at ${cli.url}`)}`);
        return;
      }
      out.line(`service        ${service.version} at ${service.url}`);
      out.line(`Ollama         ${service.ollama ?? out.style.dim("not running")}`);
    });
  },
});

async function serviceOf(cli: Cli): Promise<Versions["service"]> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  try {
    const { version } = await answered(cli.api.GET("/api/v1/health", { signal }));
    return { url: cli.url, version, ollama: await ollamaOf(cli.url, signal) };
  } catch (err) {
    if (err instanceof NotRunning) return null;
    throw err;
  }
}

async function ollamaOf(url: string, signal: AbortSignal): Promise<string | null> {
  const answer = await send(`${url}/api/version`, { signal });
  const body = (await answer.json()) as { version?: unknown } | undefined;
  return answer.ok && typeof body?.version === "string" ? body.version : null;
}
