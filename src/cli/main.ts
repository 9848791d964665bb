import { onBun } from "../runtime/on-bun.ts";
import type { Cli } from "./cli.ts";
import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-codes.ts";
import { run } from "./run.ts";

/** Entry of `shared-ollama`: runs a command, and ends with its exit code. */
async function main(argv: string[]): Promise<void> {
  let cli: Cli | undefined;
  let stoppedBy: number = EXIT.interrupted;
  const stop = (code: number): void => {
    stoppedBy = code;
    if (cli?.interrupt()) return;
    restoreTerminal();
    process.exit(code);
  };
  const interrupt = (): void => stop(EXIT.interrupted);
  const terminate = (): void => stop(EXIT.terminated);
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", terminate);
  // Who reads the output may have seen enough: `| head`.
  const readerLeft = (): void => process.exit(EXIT.ok);
  process.stdout.on("error", readerLeft);
  const code = await run(argv, {
    env: process.env,
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    onCli: (made) => (cli = made),
    handOver: () => {
      process.off("SIGINT", interrupt);
      process.off("SIGTERM", terminate);
      process.stdout.off("error", readerLeft);
    },
  }).catch((err: unknown) => {
    const aborted = cli?.isInterrupted === true;
    return aborted ? EXIT.interrupted : told(err);
  });
  restoreTerminal();
  await arrived(process.stdout);
  await arrived(process.stderr);
  process.exit(code === EXIT.interrupted ? stoppedBy : (code ?? EXIT.ok));
}

/**
 * What was written has to arrive first: a pipe takes it when it can. Bun calls back from an empty
 * write at once; Node's `end` would close the pipe for whoever writes to it next, such as a shell.
 */
function arrived(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (onBun) stream.end(() => resolve());
    else stream.write("", () => resolve());
  });
}

/** Says in one line what went wrong. @returns the exit code */
function told(err: unknown): number {
  const message = err instanceof Error ? err.message : String(err);
  const line = message.replaceAll(/\s*\n\s*/g, " ").trim();
  if (line !== "") process.stderr.write(`${line}\n`);
  return err instanceof CliError ? err.exitCode : EXIT.failed;
}

/** A command that was ended may have hidden the cursor, and a bar keeps long lines whole. */
function restoreTerminal(): void {
  if (process.stdin.isTTY && process.stdin.isRaw) process.stdin.setRawMode(false);
  if (process.stdout.isTTY) process.stdout.write(SHOW_CURSOR + BREAK_LINES);
}

const SHOW_CURSOR = "\u001B[?25h";
const BREAK_LINES = "\u001B[?7h";

await main(process.argv.slice(2));
