import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { loadConfig } from "../../config/load.ts";
import { compose, type Service } from "../../src/compose.ts";
import type { Terminal } from "../../src/compose/terminal.ts";
import { modelsYamlWith } from "./config.ts";

interface GatewayOptions extends Pick<
  Parameters<typeof compose>[0],
  | "restartPauses"
  | "openPool"
  | "readDisk"
  | "readGraphics"
  | "stuckAfterMs"
  | "tenantsFile"
  | "agentFilesEveryMs"
  | "agentsFolder"
  | "mcpFile"
  | "platform"
  | "leastSleepMs"
  | "spawn"
> {
  /** Other names for models. */
  aliases?: Record<string, string>;
  /** Who sits at the terminal; nobody where nothing is said. */
  ask?: Terminal["ask"];
  /** The text of config/tenants.yaml. */
  tenantsYaml?: string;
  /** The text of config/mcp.yaml. */
  mcpYaml?: string;
  /** Sizes of context by models' names. */
  contextLanes?: Record<string, number[]>;
}

/** A running service under test. */
export interface Gateway {
  url: string;
  service: Service;
  /** Its folder with data/, logs/ and models/. */
  home: string;
  /** What it said on the terminal. */
  said: string[];
  post: (path: string, body: unknown, init?: RequestInit) => Promise<Response>;
  get: (path: string, init?: RequestInit) => Promise<Response>;
  stop: () => Promise<void>;
}

/** What the service has written to its own log so far; a log that nothing was written to is not there. */
export function serviceLog({ home }: Pick<Gateway, "home">): Promise<string> {
  return readFile(join(home, "logs", "service.log"), "utf8").catch(() => "");
}

/**
 * The response cache is off: tests send the same question again and mean it. So is the store of
 * records, whose thread would have to start for each of them.
 */
const DEFAULTS = {
  API_PORT: "0",
  DRAIN_TIMEOUT: "2",
  RESPONSE_CACHE_ENABLED: "false",
  REQUEST_LOG_ENABLED: "false",
  // How many run side by side is what a test says.
  UPSTREAM_PARALLEL_MAX: "1",
};

/**
 * Starts the whole service on a free port, in a folder of its own; it ends with the test.
 * @param env settings; OLLAMA_BASE_URL usually names a fake.
 * @param processEnv what a started server inherits, beside PATH and HOME.
 * @param more how long is waited before a server that keeps ending is started again, how the
 *   worker threads are opened, how full disks are, which graphics cards there are, after how long a
 *   model counts as stuck, on which system it runs, how long it has to sleep and how that is kept awake, other names for
 *   models, what a question is answered, what weights tenants have and which MCP servers there are,
 *   where that is read again, and where the operator's agents are.
 */
export async function startGateway(
  env: Record<string, string>,
  processEnv: Record<string, string> = {},
  more: GatewayOptions = {},
): Promise<Gateway> {
  const { restartPauses, openPool, readDisk, readGraphics, stuckAfterMs, tenantsFile } = more;
  const { agentsFolder, agentFilesEveryMs, mcpFile } = more;
  const { platform, leastSleepMs, spawn } = more;
  const { aliases = {}, contextLanes = {}, ask, tenantsYaml = "", mcpYaml = "" } = more;
  const home = await mkdtemp(join(tmpdir(), "shared-ollama-test-"));
  const config = loadConfig({
    env: { ...DEFAULTS, SHARED_OLLAMA_HOME: home, ...env },
    modelsYaml: modelsYamlWith(aliases, contextLanes),
    tenantsYaml,
    mcpYaml,
  });
  const said: string[] = [];
  const service = await compose({
    ...config,
    env: { PATH: process.env["PATH"], HOME: home, ...processEnv },
    terminal: {
      say: (line) => void said.push(line),
      progress: () => ({ update: () => {}, end: () => {} }),
      ask: ask ?? (() => Promise.resolve(false)),
    },
    restartPauses,
    openPool,
    readDisk,
    readGraphics,
    stuckAfterMs,
    tenantsFile,
    mcpFile,
    agentsFolder,
    agentFilesEveryMs,
    platform,
    leastSleepMs,
    spawn,
  });
  const stop = async (): Promise<void> => {
    await service.lifecycle.stop();
    await rm(home, { recursive: true, force: true });
  };
  onTestFinished(stop);
  await service.lifecycle.start();
  const url = `http://127.0.0.1:${service.port()}`;
  return {
    url,
    service,
    home,
    said,
    stop,
    get: (path, init) => fetch(url + path, init),
    post: (path, body, init) =>
      fetch(url + path, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: typeof body === "string" ? body : JSON.stringify(body),
        ...init,
      }),
  };
}
