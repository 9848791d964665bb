import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { homeHolder } from "../../src/runtime/home-lock.ts";
import { until } from "./deadline.ts";
import { startFakeOllama } from "./fake-ollama.ts";
import { makeHome } from "./service-process.ts";

/** A folder for a service of the command line, and what names it. Whatever runs in it ends with the test. */
export async function cliHome(env: Record<string, string> = {}) {
  const home = await makeHome();
  const named = {
    SHARED_OLLAMA_HOME: home,
    HOME: home,
    API_PORT: "0",
    WORKER_THREADS: "1",
    ...env,
  };
  onTestFinished(async () => {
    const pid = await notedPid(home);
    if (pid === undefined) return;
    kill(pid);
    await until(async () => !(await homeHolder(home)), "the end of the service");
  });
  return { home, env: named, pid: () => notedPid(home) };
}

/** `cliHome` with an Ollama that answers. */
export async function cliHomeWithOllama(env: Record<string, string> = {}) {
  const ollama = await startFakeOllama();
  const made = await cliHome({ OLLAMA_BASE_URL: ollama.url, ...env });
  return { ...made, ollama };
}

async function notedPid(home: string): Promise<number | undefined> {
  const text = await readFile(join(home, "data", "service.json"), "utf8").catch(() => "{}");
  return (JSON.parse(text) as { pid?: number }).pid;
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
