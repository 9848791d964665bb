import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { projectRoot } from "../../src/runtime/paths.ts";

const FOLDER = join(projectRoot, "tests/e2e/clients/python");
/** Python with the clients' packages, which `.ci/run` makes; it may be missing. */
export const INTERPRETER = join(projectRoot, "node_modules/.cache/python/bin/python");
/** What hangs is killed then; what had ended by then is told. */
const DEADLINE_MS = 300_000;

/** Whether tests in Python are named skips here. In CI they fail instead: a skip is a failure there. */
export const noPython = !existsSync(INTERPRETER) && !process.env["CI"];

/** The tests of a module, each with its class before it. */
export function pythonTests(module: string): string[] {
  const code = readFileSync(join(FOLDER, `${module}.py`), "utf8");
  return code.split(/^class /m).flatMap((part) => {
    const [name = ""] = /^\w+/.exec(part) ?? [];
    return [...part.matchAll(/^ +def (test_\w+)/gm)].map(([, test = ""]) => `${name}.${test}`);
  });
}

/**
 * Runs a module's tests in an interpreter with the official clients, which `.ci/run` makes.
 * @returns by name what became of each: its traceback, or "passed"; what did not run is not there
 * @throws Error when there is no such interpreter, or nothing ran.
 */
export async function runPythonTests(
  module: string,
  world: Record<string, unknown>,
): Promise<Map<string, string>> {
  if (!existsSync(INTERPRETER)) {
    const [venv, bin] = ["node_modules/.cache/python", "node_modules/.cache/python/bin"];
    const requirements = "tests/e2e/clients/python/requirements.txt";
    const make = `python3 -m venv ${venv} && ${bin}/python -m pip install -r ${requirements}`;
    throw new Error(`there is no Python with the official clients: ${make}`);
  }
  const child = spawn(INTERPRETER, [join(FOLDER, "run.py"), module], {
    // Nothing of this machine's: the clients would take a proxy from it.
    env: { CLIENT_WORLD: JSON.stringify(world), PYTHONDONTWRITEBYTECODE: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: DEADLINE_MS,
    killSignal: "SIGKILL",
  });
  const ended = once(child, "close");
  const [lines, complaints] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await ended;
  const results = lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { name: string; problem: string | null });
  if (results.length === 0) throw new Error(`${module}.py ran no test:\n${complaints}`);
  return new Map(results.map(({ name, problem }) => [name, problem ?? "passed"]));
}
