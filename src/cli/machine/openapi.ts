import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Cli } from "../cli.ts";
import { CliError, NotRunning } from "../cli-error.ts";
import { defineCommand } from "../command.ts";
import { send } from "../http.ts";

const PATIENCE_MS = 10_000;

export const openapi = defineCommand({
  about:
    "The document of the service that runs, else of this version, whose routes are the same. Clients are generated from it.",
  args: { yaml: { type: "boolean", description: "As YAML" } },
  examples: [
    { line: "shared-ollama openapi > openapi.json", about: "For a generator of clients" },
    { line: "shared-ollama openapi --yaml | head -n 20", about: "To read in it" },
  ],
  json: {
    schema: {
      description: "An OpenAPI document",
      type: "object",
      required: ["openapi", "info", "paths", "components"],
      properties: { openapi: { const: "3.1.0" } },
    },
  },
  run: async (cli, { yaml }) => {
    const document = await documentOf(cli);
    if (yaml === true && !cli.flags.json) {
      const { stringify } = await import("yaml");
      cli.out.stdout.write(stringify(document, { lineWidth: 100, aliasDuplicateObjects: false }));
      return;
    }
    cli.out.json(document);
  },
});

async function documentOf(cli: Cli): Promise<unknown> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const { url, flags, env, out } = cli;
  try {
    const answer = await send(`${url}/api/openapi.json`, { signal });
    const document = answer.ok ? await answer.json() : undefined;
    if (document !== undefined) return document;
    throw new CliError(`${url} answered ${answer.status}: is --url right?`);
  } catch (err) {
    // Who names a service means that one.
    const isNamed = flags.url !== undefined || (env["SHARED_OLLAMA_URL"] ?? "") !== "";
    if (isNamed || !(err instanceof NotRunning)) throw err;
  }
  const { projectRoot, serviceVersion } = await import("../../runtime/paths.ts");
  out.note(`No service runs; this is the document of version ${serviceVersion}.`);
  return JSON.parse(await readFile(join(projectRoot, "docs", "openapi.json"), "utf8")) as unknown;
}
