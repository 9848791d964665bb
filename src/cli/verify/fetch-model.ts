import { answered } from "../api.ts";
import type { Cli } from "../cli.ts";
import { CliError, NotRunning } from "../cli-error.ts";

/**
 * Has the service fetch a model, and waits for it. Ctrl-C leaves the download to the service.
 * @returns why it could not be fetched.
 */
export async function fetchModel(cli: Cli, name: string): Promise<string | undefined> {
  const { api, signal, out } = cli;
  out.note(`Fetching ${name} …`);
  try {
    await answered(
      api.POST("/api/v1/models/pull", { body: { model: name, stream: false }, signal }),
    );
    return undefined;
  } catch (err) {
    if (!(err instanceof CliError) || err instanceof NotRunning || signal.aborted) throw err;
    return err.message;
  }
}
