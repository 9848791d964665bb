import { z } from "zod";
import { openTerminal } from "../../compose/terminal.ts";
import { jsonLines } from "../../hosts/lines.ts";
import { refusalInStream } from "../answers/refusal-in-stream.ts";
import type { Cli } from "../cli.ts";
import { CliError } from "../cli-error.ts";
import { oneLine } from "../output/text.ts";

const Step = z.object({
  status: z.string(),
  digest: z.string().optional(),
  total: z.int().optional(),
  completed: z.int().optional(),
});

/** Where a pull or a create stands: a line of the route's answer. */
export type ChangeStep = z.infer<typeof Step>;

/**
 * The lines of a pull or a create as they come.
 * @throws CliError for an error in one of them, and for an answer that breaks off.
 */
export async function* changeSteps(body: AsyncIterable<Uint8Array>): AsyncGenerator<ChangeStep> {
  let last: ChangeStep | undefined;
  for await (const line of jsonLines(body, { maxBytes: Number.POSITIVE_INFINITY })) {
    if ("error" in line) throw refusalInStream(line);
    last = Step.parse(line);
    yield last;
  }
  if (last?.status !== "success") {
    throw new CliError("The service's answer broke off: call the command again");
  }
}

/**
 * Shows the steps until the end: a bar for each part on a terminal, a line now and then elsewhere,
 * JSON lines with `--json`.
 */
export async function showChange(cli: Cli, steps: AsyncIterable<ChangeStep>): Promise<void> {
  const { out } = cli;
  const terminal = openTerminal(out.stderr, cli.input);
  let progress = terminal.progress();
  let shown = "";
  try {
    for await (const step of steps) {
      if (cli.flags.json) {
        out.jsonLine(step);
        continue;
      }
      const status = oneLine(step.status);
      if (shown !== status) {
        // A bar stays where its part has ended; the next part has its own.
        progress.end();
        progress = terminal.progress();
      }
      if (step.total !== undefined && step.total > 0) {
        progress.update(status, Math.min(step.completed ?? 0, step.total), step.total);
      } else if (shown !== status && status !== "success") {
        out.note(`  ${status}`);
      }
      shown = status;
    }
  } finally {
    progress.end();
  }
}
