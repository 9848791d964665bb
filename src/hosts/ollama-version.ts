import { execFile } from "node:child_process";

interface VersionOptions {
  program: string;
  /** A port of this machine at which nothing listens: the program asks there for a server's version. */
  port: number;
  env: Record<string, string | undefined>;
  signal: AbortSignal;
}

/** What a program says that is asked for its version comes at once; one that hangs is not waited for. */
const LIMIT_MS = 3000;

/** The version of an `ollama` program; undefined when it does not say. Never rejects. */
export function ollamaVersion(options: VersionOptions): Promise<string | undefined> {
  const { program, port, env, signal } = options;
  return new Promise((resolve) => {
    const asked = {
      env: { ...env, OLLAMA_HOST: `127.0.0.1:${port}` },
      timeout: LIMIT_MS,
      killSignal: "SIGKILL" as const,
      signal,
    };
    const answered = (_err: unknown, stdout: string, stderr: string): void => {
      resolve(/version is (\d+\.\d+\S*)/.exec(`${stdout}\n${stderr}`)?.[1]);
    };
    try {
      execFile(program, ["--version"], asked, answered);
    } catch {
      // One that is of another machine, for instance. To start it will say so.
      resolve(undefined);
    }
  });
}

/** Whether a version is this one or a later one. @param wanted its numbers, the major one first. */
export function isAtLeast(version: string, wanted: readonly number[]): boolean {
  const parts = version.split(".").map((part) => Number.parseInt(part, 10));
  const differing = wanted.findIndex((number, i) => (parts[i] ?? 0) !== number);
  return differing < 0 || (parts[differing] ?? 0) > (wanted[differing] ?? 0);
}

/** From here on generate and chat know `truncate`; `api/types.go` of the release before has it not. */
const KNOWS_TRUNCATE = [0, 12, 6];

/** Whether an Ollama cuts prompts whatever it is told. One built by hand calls itself 0.0.0. */
export function cutsInSilence(version: string): boolean {
  return /^\d+\.\d+/.test(version) && version !== "0.0.0" && !isAtLeast(version, KNOWS_TRUNCATE);
}
