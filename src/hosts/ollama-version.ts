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

/** Whether a version is this one or a later one. @param wanted major and minor number. */
export function isAtLeast(version: string, wanted: readonly [number, number]): boolean {
  const [major = 0, minor = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  return major === wanted[0] ? minor >= wanted[1] : major > wanted[0];
}
