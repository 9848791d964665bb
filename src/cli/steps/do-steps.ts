import { spawn } from "node:child_process";
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { shellWord, type Step } from "./step.ts";

interface DoOptions {
  /** Hears of each step before it is done, as a line. */
  say: (line: string) => void;
  env: Record<string, string | undefined>;
  /** Where programs write to; "inherit" also lets them ask on the terminal. */
  output: "inherit" | "stderr";
}

/**
 * Does the steps one after another, and stops at the first that fails.
 * @throws Error that names the step and what it said.
 */
export async function doSteps(steps: readonly Step[], options: DoOptions): Promise<void> {
  for (const step of steps) {
    options.say(lineOf(step));
    await doStep(step, options);
  }
}

function lineOf(step: Step): string {
  switch (step.kind) {
    case "write":
      return `Writing ${step.path}`;
    case "remove":
      return `Removing ${step.path}`;
    case "folder":
      return `Making ${step.path}`;
    case "run":
      return `Running ${step.command.map(shellWord).join(" ")}`;
  }
}

async function doStep(step: Step, options: DoOptions): Promise<void> {
  switch (step.kind) {
    case "write":
      await mkdir(dirname(step.path), { recursive: true });
      await writeFile(step.path, step.text, { mode: step.mode });
      // One that was there keeps its own.
      await chmod(step.path, step.mode);
      return;
    case "remove":
      await rm(step.path, { force: true });
      return;
    case "folder":
      await mkdir(step.path, { recursive: true, mode: 0o700 });
      return;
    case "run": {
      const failure = await runProgram(step.command, options);
      if (failure === undefined || step.mayFail) return;
      throw new Error(`${step.command.map(shellWord).join(" ")} ${failure}`);
    }
  }
}

/** Runs a program to its end. @returns why it failed, to go behind its name; undefined: it did not. */
function runProgram(
  [program = "", ...args]: readonly string[],
  { env, output }: DoOptions,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      env,
      stdio: output === "inherit" ? "inherit" : ["ignore", 2, 2],
    });
    child.once("error", (err: NodeJS.ErrnoException) => {
      resolve(err.code === "ENOENT" ? "is not installed here" : `failed: ${err.message}`);
    });
    child.once("close", (code, signal) => {
      if (code === 0) resolve(undefined);
      else resolve(code === null ? `was ended by ${signal}` : `failed with status ${code}`);
    });
  });
}
