import { spawn as nodeSpawn, type ChildProcess } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { onTestFinished } from "vitest";
import { deferred } from "../../src/runtime/deferred.ts";
import { endsWithTest } from "./fake-server-program.ts";

/** What `-w` does: it ends with the process that it is told of. */
const ENDS_WITH_PROCESS = 'while kill -0 "$3" 2>/dev/null; do sleep 0.05; done';

/**
 * A program named `caffeinate`, first on a path, which notes its number and its arguments and ends
 * with the process that it is told of.
 * @param body what it does in place of that
 */
export async function fakeCaffeinate(body = ENDS_WITH_PROCESS) {
  const folder = await mkdtemp(join(tmpdir(), "shared-ollama-caffeinate-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const notes = join(folder, "starts");
  const program = join(folder, "caffeinate");
  await writeFile(program, `#!/bin/sh\necho "$$ $@" >> '${notes}'\n${body}\n`);
  await chmod(program, 0o755);
  return {
    path: `${folder}${delimiter}${process.env["PATH"]}`,
    /** A line for each start so far, which begins with the process's number. */
    starts: async (): Promise<string[]> => {
      const lines = (await readFile(notes, "utf8").catch(() => "")).split("\n").filter(Boolean);
      for (const line of lines) endsWithTest(Number.parseInt(line, 10));
      return lines;
    },
  };
}

/** A start of a program. */
interface Attempt {
  /** Undefined where it could not be started at all. */
  child: ChildProcess | undefined;
  /** Settles once it has ended, or has not begun. */
  ended: Promise<void>;
}

/** Starts programs as Node does, and knows of each attempt as soon as it is made. */
export function countedSpawn() {
  const attempts: Attempt[] = [];
  const spawn = ((command: string, args: string[], options: object) => {
    const { promise: ended, resolve } = deferred<void>();
    const attempt: Attempt = { child: undefined, ended };
    attempts.push(attempt);
    try {
      const child = nodeSpawn(command, args, options);
      for (const event of ["exit", "error"]) child.once(event, () => resolve());
      attempt.child = child;
      return child;
    } catch (err) {
      resolve();
      throw err;
    }
  }) as typeof nodeSpawn;
  return { attempts, spawn };
}
