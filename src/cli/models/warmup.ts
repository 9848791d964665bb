import { z } from "zod";
import { answered } from "../api.ts";
import type { Cli } from "../cli.ts";
import { CliError, NotRunning } from "../cli-error.ts";
import { defineCommand } from "../command.ts";
import { jsonSchemaOf } from "../json-schema-of.ts";
import { EXIT } from "../exit-codes.ts";
import { duration } from "../output/units.ts";
import { keepAliveOf } from "./keep-alive-flag.ts";
import { isSameModel } from "./same-model.ts";

const Warmed = z.object({
  keep_alive: z.union([z.string(), z.number()]),
  loaded: z.array(z.object({ model: z.string(), load_ms: z.number() })),
  failed: z.array(z.object({ model: z.string(), error: z.string() })),
});

const USUAL_KEEP_ALIVE = "30m";

export const warmUpModels = defineCommand({
  about:
    "The warm-up models of the hardware profile, or those that OLLAMA_WARMUP_MODELS names to the " +
    "service; with the embedded engine those of them that are installed, as it requires none. " +
    "Exit 1 when one could not be loaded.",
  args: {
    "keep-alive": {
      type: "string",
      valueHint: "TIME",
      description: "How long they stay when idle (KEEP_ALIVE; else 30m); -1 for ever",
    },
  },
  examples: [
    {
      line: "shared-ollama warmup",
      about: "Load them for half an hour",
      mark: "no-run=internet",
    },
    {
      line: "shared-ollama warmup --keep-alive -1",
      about: "Load them for ever",
      mark: "no-run=internet",
    },
  ],
  json: { schema: jsonSchemaOf(Warmed) },
  run: async (cli, { "keep-alive": given }) => {
    const keepAlive = keepAliveOf(given ?? (cli.env["KEEP_ALIVE"] || USUAL_KEEP_ALIVE));
    const models = await modelsToWarm(cli);
    const found: z.infer<typeof Warmed> = { keep_alive: keepAlive, loaded: [], failed: [] };
    const { out, flags } = cli;
    for (const model of models) {
      const outcome = await load(cli, model, keepAlive);
      if ("error" in outcome) {
        found.failed.push({ model, error: outcome.error });
        if (!flags.json) out.note(out.errorStyle.bad(`${model}: ${outcome.error}`));
      } else {
        found.loaded.push({ model, load_ms: outcome.loadMs });
        if (!flags.json) out.line(`${model}  ${said(outcome.loadMs)}`);
      }
    }
    if (flags.json) out.json(found);
    else if (models.length === 0) out.note("There are no warm-up models.");
    return found.failed.length > 0 ? EXIT.failed : EXIT.ok;
  },
});

/** The embedded engine does without the profile's models, as at a start. */
async function modelsToWarm({ api }: Cli): Promise<string[]> {
  const { warmup_models: named } = await answered(api.GET("/api/v1/system/model-profile"));
  const { inference_server: server } = await answered(api.GET("/api/v1/health"));
  if (server !== "engine") return named;
  const { models } = await answered(api.GET("/api/v1/models"));
  return named.filter((name) => models.some((model) => isSameModel(model.name, name)));
}

function said(loadMs: number): string {
  return loadMs === 0 ? "was in memory" : `loaded in ${duration(loadMs)}`;
}

async function load(
  cli: Cli,
  name: string,
  keepAlive: string | number,
): Promise<{ loadMs: number } | { error: string }> {
  try {
    const { load_ms: loadMs } = await answered(
      cli.api.POST("/api/v1/models/{name}/load", {
        params: { path: { name } },
        body: { keep_alive: keepAlive },
        signal: cli.signal,
      }),
    );
    return { loadMs };
  } catch (err) {
    if (!(err instanceof CliError) || err instanceof NotRunning || cli.signal.aborted) throw err;
    return { error: err.message };
  }
}
