import { z } from "zod";
import { answered } from "../api.ts";
import type { Cli } from "../cli.ts";
import { CliError, NotRunning } from "../cli-error.ts";
import { defineCommand } from "../command.ts";
import { jsonSchemaOf } from "../json-schema-of.ts";
import { EXIT } from "../exit-codes.ts";
import { showChange } from "./change-progress.ts";
import { goingOn, pulling } from "./pull.ts";
import { isSameModel } from "./same-model.ts";

const Preloaded = z.object({
  downloaded: z.array(z.string()),
  present: z.array(z.string()),
  failed: z.array(z.object({ model: z.string(), error: z.string() })),
});

export const preloadModels = defineCommand({
  about:
    "The models that the hardware profile requires, or OLLAMA_REQUIRED_MODELS names; with the " +
    "embedded engine its own model. Those that are installed stay as they are. Exit 1 when one could not be fetched.",
  args: {},
  examples: [
    { line: "shared-ollama preload", about: "Fetch what is missing", mark: "no-run=internet" },
  ],
  json: { schema: jsonSchemaOf(Preloaded) },
  run: async (cli) => {
    const { required_models: required } = await answered(
      cli.api.GET("/api/v1/system/model-profile"),
    );
    const { models } = await answered(cli.api.GET("/api/v1/models"));
    const found: z.infer<typeof Preloaded> = { downloaded: [], present: [], failed: [] };
    for (const model of required) {
      if (models.some(({ name }) => isSameModel(name, model))) {
        found.present.push(model);
        continue;
      }
      const problem = await fetchOne(cli, model);
      if (problem === undefined) found.downloaded.push(model);
      else found.failed.push({ model, error: problem });
    }
    const { downloaded, present, failed } = found;
    cli.show(found, (_, out) => {
      for (const { model, error } of failed) out.note(out.errorStyle.bad(`${model}: ${error}`));
      out.line(
        `${downloaded.length} downloaded, ${present.length} present, ${failed.length} failed`,
      );
    });
    return failed.length > 0 ? EXIT.failed : EXIT.ok;
  },
});

/**
 * Has the service fetch a model, and shows how far it is.
 * @returns what went wrong. @throws what ends the others as well.
 */
export async function fetchOne(cli: Cli, model: string): Promise<string | undefined> {
  try {
    if (!cli.flags.json) cli.out.note(`Fetching ${model}:`);
    await goingOn(cli, model, cli.flags.json ? unseen(cli, model) : seen(cli, model));
    return undefined;
  } catch (err) {
    if (!(err instanceof CliError) || err instanceof NotRunning || cli.signal.aborted) throw err;
    return err.message;
  }
}

function seen(cli: Cli, model: string): Promise<void> {
  return showChange(cli, pulling(cli, model));
}

/** The result is all that is written. */
async function unseen(cli: Cli, model: string): Promise<void> {
  for await (const _ of pulling(cli, model)) {
    // The next step.
  }
}
