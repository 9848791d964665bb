import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { projectRoot } from "../../src/runtime/paths.ts";

const run = promisify(execFile);

const TOOLS = join(projectRoot, "node_modules/.cache/tools");
/** What hangs is killed then. */
const DEADLINE_MS = 1_100_000;

/** A program that `.ci/tools` has installed. */
export function tool(path: string): string {
  const file = join(TOOLS, path);
  if (!existsSync(file)) throw new Error(`there is no ${file}: bash .ci/tools document`);
  return file;
}

/**
 * Runs a program to its end; what it wrote.
 * @throws Error with all that it wrote, when it fails.
 */
export async function output(
  program: string,
  args: string[],
  { cwd, env = {} }: { cwd: string; env?: Record<string, string> },
): Promise<string> {
  // The formatter of the Python client is looked for by name, as is Go where this machine has none.
  const path = [process.env["PATH"], join(TOOLS, "python/bin")].join(delimiter);
  try {
    const ended = await run(program, args, {
      cwd,
      env: { ...process.env, PATH: path, ...env },
      timeout: DEADLINE_MS,
      maxBuffer: 64 * 1024 * 1024,
    });
    return ended.stdout;
  } catch (cause) {
    const { stdout = "", stderr = "" } = cause as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${args.join(" ")} failed:\n${stdout}${stderr}`, { cause });
  }
}
