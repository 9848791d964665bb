import type { Cli } from "../cli.ts";
import { CliError, Interrupted } from "../cli-error.ts";
import { doSteps } from "./do-steps.ts";
import type { Plan } from "./step.ts";

/**
 * Does what a plan says, and tells each step on the standard error; programs may ask on the terminal.
 * @throws CliError where a step fails, which says what was not done any more.
 */
export async function carryOut(cli: Cli, { steps }: Plan): Promise<void> {
  const { out, env, flags, signal } = cli;
  try {
    await doSteps(steps, {
      say: (line) => out.note(line),
      env,
      // A result in JSON is alone on the standard output.
      output: flags.json ? "stderr" : "inherit",
    });
  } catch (err) {
    if (signal.aborted) throw new Interrupted();
    throw new CliError(`${(err as Error).message}: mend that and call this again`, undefined, {
      cause: err,
    });
  }
}
