import { onBun } from "../runtime/on-bun.ts";
import type { Cli } from "./cli.ts";
import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-codes.ts";
import { fileProblem } from "./file-problem.ts";
import { oneLine } from "./output/text.ts";
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
  let isHeard = true;
  // What goes wrong is told with the exit code, too.
  const nobodyHears = (): void => {
    isHeard = false;
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", terminate);
  process.stdout.on("error", outputFailed);
  process.stderr.on("error", nobodyHears);
  const code = await run(argv, {
    env: process.env,
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    onCli: (made) => (cli = made),
    handOver: () => {
      process.off("SIGINT", interrupt);
      process.off("SIGTERM", terminate);
      process.stdout.off("error", outputFailed);
      process.stderr.off("error", nobodyHears);
    },
  }).catch((err: unknown) => {
    const aborted = cli?.isInterrupted === true;
    return aborted ? EXIT.interrupted : told(err);
  });
  restoreTerminal();
  await arrived(process.stdout);
  // Bun calls back from no stream that has failed.
  if (isHeard) await arrived(process.stderr);
  process.exit(code === EXIT.interrupted ? stoppedBy : (code ?? EXIT.ok));
}

/** Who reads the output may have seen enough: `| head`. A disk may be full. */
function outputFailed(err: NodeJS.ErrnoException): void {
  if (err.code === "EPIPE") process.exit(EXIT.ok);
  process.exit(told(fileProblem(err, "Cannot write the output")));
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
  const line = oneLine(inWords(err));
  if (line !== "") process.stderr.write(`${line}\n`);
  return err instanceof CliError ? err.exitCode : EXIT.failed;
}

function inWords(err: unknown): string {
  if (!(err instanceof Error)) return String(err);
  const isUnforeseen = UNFORESEEN.has(err.constructor.name);
  return isUnforeseen ? unforeseen(err) : err.message;
}

/** What an answer causes that lacks what is read in it, and a mistake of the program's own. */
const UNFORESEEN = new Set(["TypeError", "RangeError", "SyntaxError", "ZodError"]);

function unforeseen(err: Error & { issues?: { path: PropertyKey[]; message: string }[] }): string {
  const [issue] = err.issues ?? [];
  const what = issue ? `${issue.path.join(".")}: ${issue.message}` : err.message;
  return `That was not expected (${what}). Is the service of this program's version? See: shared-ollama version`;
}

/** A command that was ended may have hidden the cursor, and a bar keeps long lines whole. */
function restoreTerminal(): void {
  if (process.stdin.isTTY && process.stdin.isRaw) process.stdin.setRawMode(false);
  if (process.stdout.isTTY) process.stdout.write(SHOW_CURSOR + BREAK_LINES);
}

const SHOW_CURSOR = "\u001B[?25h";
const BREAK_LINES = "\u001B[?7h";

await main(process.argv.slice(2));
