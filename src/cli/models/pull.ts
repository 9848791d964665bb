import { answered, streamed } from "../api.ts";
import type { Cli } from "../cli.ts";
import { defineCommand } from "../command.ts";
import { changeSteps, showChange, type ChangeStep } from "./change-progress.ts";

export const pullModel = defineCommand({
  about:
    "The service fetches it: the download goes on when this command is ended, and whoever asks " +
    "for the same model joins it. What was downloaded stays after a cancel.",
  args: {
    name: { type: "positional", required: true, description: "A model of the registry" },
    insecure: { type: "boolean", description: "Take a registry without TLS" },
    cancel: { type: "boolean", description: "End the download, for all who wait for it" },
  },
  examples: [
    {
      line: "shared-ollama models pull smollm2:135m",
      about: "Fetch a model, or what is new of it",
      mark: "no-run=internet",
    },
    {
      line: "shared-ollama models pull qwen3:30b --cancel",
      about: "End the download of one (exit 4: none is under way)",
      mark: "no-run=internet",
    },
  ],
  json: { operation: "pullModel", lines: true },
  run: async (cli, { name, insecure, cancel }) => {
    if (cancel) {
      const path = { name };
      const done = await answered(
        cli.api.DELETE("/api/v1/models/pull/{name}", { params: { path } }),
      );
      if (cli.flags.json) cli.out.jsonLine(done);
      else cli.out.line(`The download of ${name} was ended.`);
      return;
    }
    const steps = pulling(cli, name, { insecure: insecure === true });
    await goingOn(cli, name, showChange(cli, steps));
    if (!cli.flags.json) cli.out.line(`${name} is there.`);
  },
});

/** Has the service fetch a model, and gives its lines. @throws CliError for what goes wrong. */
export async function* pulling(
  cli: Cli,
  name: string,
  { insecure = false }: { insecure?: boolean } = {},
): AsyncGenerator<ChangeStep> {
  const { signal } = cli;
  const body = await streamed(
    cli.api.POST("/api/v1/models/pull", {
      body: { model: name, insecure, stream: true },
      signal,
    }),
  );
  yield* changeSteps(body);
}

/** Waits for what shows a download. After Ctrl-C the download goes on, which is said. @throws as that does. */
export async function goingOn(cli: Cli, name: string, shown: Promise<void>): Promise<void> {
  try {
    await shown;
  } catch (err) {
    if (cli.signal.aborted) {
      cli.out.note(
        `The download goes on in the service. To end it: shared-ollama models pull ${name} --cancel`,
      );
    }
    throw err;
  }
}
