import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { projectRoot } from "../../src/runtime/paths.ts";
import { until, within } from "./deadline.ts";

const PATIENCE_MS = 40_000;
const PROGRAM = join(projectRoot, "src", "cli.mjs");

/** Beside it, nothing of the machine's environment may be seen. */
function environment(env: Record<string, string>): Record<string, string> {
  return { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "", ...env };
}

interface PipedOptions {
  /** SHARED_OLLAMA_URL and the like. */
  env?: Record<string, string>;
  /** The standard input; none where nothing is said. */
  input?: string;
  /** Where it is called; default the project. */
  cwd?: string;
}

/** What a command wrote, and how it ended. */
export interface PipedEnd {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `shared-ollama` with pipes, and waits for its end. */
export async function cli(args: string[], options: PipedOptions = {}): Promise<PipedEnd> {
  const { code, output } = startCli(args, options);
  return { code: await within(code, `the end of ${args.join(" ")}`, PATIENCE_MS), ...output };
}

/** Starts `shared-ollama` with pipes: what it has written grows. It ends with the test. */
export function startCli(
  args: string[],
  { env = {}, input, cwd = projectRoot }: PipedOptions = {},
) {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd,
    env: environment(env),
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
  child.stdin?.end(input);
  const output = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
  const code = new Promise<number | null>((resolve) => child.once("close", resolve));
  endWithTest(child, code);
  return {
    output,
    code,
    kill: (signal: NodeJS.Signals) => void child.kill(signal),
    /** Waits until it has written this. */
    writes: (words: string | RegExp) =>
      until(() => output.stdout.search(words) >= 0, `it writes ${words}`, PATIENCE_MS).catch(
        (cause: unknown) => {
          throw new Error(`it wrote:\n${output.stdout}${output.stderr}`, { cause });
        },
      ),
  };
}

interface TerminalOptions {
  env?: Record<string, string>;
  columns?: number;
}

/** Runs `shared-ollama` in a terminal of its own, 80 columns wide. It ends with the test. */
export function cliInTerminal(args: string[], options: TerminalOptions = {}) {
  return inTerminal([process.execPath, PROGRAM, ...args], options);
}

/** Runs a program in a terminal of its own, 80 columns wide. It ends with the test. */
export function inTerminal(program: string[], { env = {}, columns = 80 }: TerminalOptions = {}) {
  const child = spawn("python3", [join("tests", "support", "terminal.py"), ...program], {
    cwd: projectRoot,
    stdio: ["pipe", "pipe", "inherit"],
    env: environment({ TERM: "xterm-256color", TERMINAL_COLUMNS: String(columns), ...env }),
  });
  let shown = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (shown += text));
  child.stdin.on("error", () => {});
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  onTestFinished(async () => {
    child.stdin.end("hangup\n");
    await within(closed, "the end of the terminal", PATIENCE_MS);
  }, PATIENCE_MS);
  const shows = (words: string | RegExp): Promise<void> =>
    until(() => plain(shown).search(words) >= 0, `the terminal shows ${words}`, PATIENCE_MS).catch(
      (cause: unknown) => {
        throw new Error(`it showed:\n${shown}`, { cause });
      },
    );
  return {
    shows,
    /** All that was shown, with its colours. */
    raw: () => shown,
    /** All that was shown, without colours and movements of the cursor. */
    text: () => plain(shown),
    type: (keys: string) => void child.stdin.write(`keys ${JSON.stringify(keys)}\n`),
    interrupt: () => void child.stdin.write("interrupt\n"),
    terminate: () => void child.stdin.write("terminate\n"),
    /** Waits for its end. @returns all that it showed */
    endsWith: async (code: number): Promise<string> => {
      await within(closed, `the end of ${program.join(" ")}`, PATIENCE_MS).catch(
        (cause: unknown) => {
          throw new Error(`it showed:\n${shown}`, { cause });
        },
      );
      const [, ended] = /ENDED (-?\d+)\n$/.exec(shown) ?? [];
      expect(ended, shown).toBe(String(code));
      return plain(shown).replace(/ENDED -?\d+\n$/, "");
    },
  };
}

/** Without colours and movements of the cursor; what a line is written over stands before it. */
export function plain(text: string): string {
  const lines = text.replaceAll("\r\u001B[K", "\n").replaceAll("\r\n", "\n");
  // oxlint-disable-next-line no-control-regex -- these are what a terminal is told
  return lines.replaceAll(/\u001B\[[\d;?]*[A-Za-z]|\u001B[=>]/g, "");
}

/** Expects lines that no terminal of 80 columns breaks. */
export function expectToFit(text: string, columns = 80): void {
  expect(text.split("\n").filter((line) => line.length > columns)).toEqual([]);
}

/** Expects one line on the standard error, and nothing else. */
export function expectOneLine({ stdout, stderr }: PipedEnd): void {
  expect(stdout).toBe("");
  expect(stderr).toMatch(/^[^\n]+\n$/);
}

function endWithTest(child: ChildProcess, code: Promise<unknown>): void {
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    await within(code, "the end of the command", PATIENCE_MS);
  }, PATIENCE_MS);
}
