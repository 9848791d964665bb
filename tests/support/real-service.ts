import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { onTestFinished } from "vitest";
import { entryFile, projectRoot } from "../../src/runtime/paths.ts";
import { until, within } from "./deadline.ts";

/** The service as a process of its own, as users run it. */
export interface RealService {
  url: string;
  home: string;
  process: ChildProcess;
  /** Everything it has written so far. */
  output: () => string;
  /** Sends SIGTERM and waits for the end; the exit code. */
  stop: () => Promise<number | null>;
}

/** Where the tests' models are: the engine's store, filled once by the global set-up. */
export const modelsFolder = process.env["TEST_MODELS_DIR"] ?? join(projectRoot, "models");

/**
 * Starts the service with the embedded engine, and waits until it is ready. It ends with the
 * test file (`stop` in afterAll) or, with `forTest`, with the test.
 * @param options `root` is the folder of a copy of the project.
 */
export async function startRealService(
  env: Record<string, string> = {},
  { forTest = false, root = projectRoot }: { forTest?: boolean; root?: string } = {},
): Promise<RealService> {
  const home = await mkdtemp(join(tmpdir(), "shared-ollama-e2e-"));
  const entry = join(root, relative(projectRoot, entryFile("src/main.ts")));
  const child = spawn(process.execPath, [entry], {
    env: {
      ...process.env,
      API_PORT: "0",
      SHARED_OLLAMA_HOME: home,
      INFERENCE_SERVER: "engine",
      OLLAMA_MODELS: modelsFolder,
      RATE_LIMIT_ENABLED: "false",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const exited = new Promise<number | null>((resolve) => {
    child.once("exit", (code) => resolve(code));
  });
  const stop = async (): Promise<number | null> => {
    if (child.exitCode === null) child.kill("SIGTERM");
    const code = await within(exited, "the service's end", 20_000);
    await rm(home, { recursive: true, force: true });
    return code;
  };
  if (forTest) onTestFinished(async () => void (await stop()));
  // Its last words at start are the line to try, or why there is none yet.
  const hasStarted = (): boolean => /^  curl \S+ .*\n|^Not ready/m.test(output);
  await until(() => hasStarted() || child.exitCode !== null, "the start", 60_000);
  const url = /Listening on (http:\S+)/.exec(output)?.[1];
  if (url === undefined) throw new Error(`the service did not start:\n${output}`);
  return { url, home, process: child, output: () => output, stop };
}
