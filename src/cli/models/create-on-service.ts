import { streamed } from "../api.ts";
import type { Cli } from "../cli.ts";
import { changeSteps, showChange } from "./change-progress.ts";

interface NewModel {
  name: string;
  from?: string;
  /** The text. */
  modelfile?: string;
  system?: string;
  quantize?: string;
}

/** Has the service create a model, and shows how. @throws CliError for what goes wrong. */
export async function createOnService(cli: Cli, model: NewModel): Promise<void> {
  const body = await streamed(
    cli.api.POST("/api/v1/models/create", {
      body: { ...model, stream: true },
      signal: cli.signal,
    }),
  );
  await showChange(cli, changeSteps(body));
  if (!cli.flags.json) cli.out.line(`${model.name} is there.`);
}
