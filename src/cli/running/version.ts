import type { ServerKind } from "../../hosts/server.ts";
import { runtime } from "../../runtime/on-bun.ts";
import { serviceVersion } from "../../runtime/paths.ts";
import { answered } from "../api.ts";
import type { Cli } from "../cli.ts";
import { NotRunning } from "../cli-error.ts";
import { defineCommand } from "../command.ts";
import { send } from "../http.ts";

const PATIENCE_MS = 5000;

type Runtime = typeof runtime;

interface ServiceVersions {
  url: string;
  version: string;
  /** An earlier version does not tell it. */
  runtime: Runtime | null;
  ollama: string | null;
  /** Null where none runs, or an earlier version does not tell it. */
  inference_server: ServerKind | null;
}

interface Versions {
  program: string;
  /** What this program runs on. */
  runtime: Runtime;
  /** Null where nothing answers. */
  service: ServiceVersions | null;
}

const RUNTIME_SCHEMA = {
  type: "object",
  required: ["name", "version"],
  additionalProperties: false,
  properties: { name: { enum: ["node", "bun"] }, version: { type: "string" } },
};

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
        runtime: RUNTIME_SCHEMA,
        service: {
          description: "null: nothing answers",
          type: ["object", "null"],
          required: ["url", "version", "runtime", "ollama", "inference_server"],
          additionalProperties: false,
          properties: {
            url: { type: "string" },
            version: { type: "string" },
            runtime: {
              description: "null: an earlier version, which does not tell it",
              anyOf: [RUNTIME_SCHEMA, { type: "null" }],
            },
            ollama: {
              type: ["string", "null"],
              description:
                "null: it is not running; the engine has that of the Ollama it stands in for",
            },
            inference_server: { enum: ["external", "ollama", "engine", null] },
          },
        },
      },
    },
  },
  run: async (cli) => {
    const found: Versions = {
      program: serviceVersion,
      runtime,
      service: await serviceOf(cli),
    };
    cli.show(found, ({ program, service }, out) => {
      out.line(`shared-ollama  ${program} on ${inWords(runtime)}`);
      if (!service) {
        out.line(`service        ${out.style.dim(`nothing answers at ${cli.url}`)}`);
        return;
      }
      const on = service.runtime ? ` on ${inWords(service.runtime)}` : "";
      out.line(`service        ${service.version}${on}, at ${service.url}`);
      const by = service.inference_server === "engine" ? ", by the embedded engine" : "";
      out.line(
        `Ollama         ${service.ollama ? service.ollama + by : out.style.dim("not running")}`,
      );
    });
  },
});

/** Of the health that a service tells. */
interface Told {
  version: string;
  runtime?: Runtime;
  inference_server?: ServerKind | null;
}

const NAMES = { node: "Node", bun: "Bun" };

function inWords({ name, version }: Runtime): string {
  return `${NAMES[name]} ${version}`;
}

async function serviceOf(cli: Cli): Promise<Versions["service"]> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  try {
    const health: Told = await answered(cli.api.GET("/api/v1/health", { signal }));
    const { version, runtime: itsRuntime = null, inference_server = null } = health;
    const ollama = await ollamaOf(cli.url, signal);
    return { url: cli.url, version, runtime: itsRuntime, ollama, inference_server };
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
