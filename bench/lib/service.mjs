import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Program } from "./program.mjs";

export const projectRoot = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Starts the service as users do, on the runtime that the bench runs on, in a folder of its own.
 * @param {Record<string, string>} settings
 * @param {{ preload?: string, weights?: Record<string, number>, mcp?: Record<string, object> }} [options]
 *   a file to load before the service; weights of tenants and MCP servers in place of those of
 *   config/tenants.yaml and config/mcp.yaml
 */
export async function startService(settings, { preload, weights, mcp } = {}) {
  const home = await mkdtemp(join(tmpdir(), "shared-ollama-bench-"));
  const flags = preload ? [process.versions.bun ? "--preload" : "--import", preload] : [];
  const entry =
    weights || mcp
      ? join(projectRoot, "bench", "programs", "weighted-service.mjs")
      : join(projectRoot, "src", "start.mjs");
  const program = new Program(process.execPath, [...flags, entry], {
    API_PORT: "0",
    SHARED_OLLAMA_HOME: home,
    ...(weights && { BENCH_WEIGHTS: JSON.stringify(weights) }),
    ...(mcp && { BENCH_MCP: JSON.stringify(mcp) }),
    ...settings,
  });
  /** @param {string} name */
  const readLog = (name) => readFile(join(home, "logs", name), "utf8").catch(() => "");
  /** Stops it, and gives what a server that it has started has written. */
  const stop = async () => {
    await program.stop();
    const serverOutput = await readLog("ollama.log");
    await rm(home, { recursive: true, force: true });
    return { serverOutput };
  };
  /** The address of the inference server; logs are written in batches. */
  const upstreamUrl = () =>
    program.until(
      async () => /"origin":"(http:[^"]+)"/.exec(await readLog("service.log"))?.[1],
      "the inference server's address",
    );
  /** @type {Program["until"]} */
  const until = (find, what) => program.until(find, what);
  try {
    return { url: await program.listening(), pid: program.pid, stop, upstreamUrl, until };
  } catch (err) {
    await stop();
    throw err;
  }
}
