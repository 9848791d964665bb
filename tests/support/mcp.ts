import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished } from "vitest";
import { readMcpFile } from "../../config/mcp.ts";
import type { CallEnding } from "../../src/mcp/server-calls.ts";
import type { McpToolBox } from "../../src/mcp/mcp-tools.ts";
import { McpServers } from "../../src/mcp/mcp-servers.ts";
import { connectBySdk } from "../../src/mcp/sdk-connection.ts";
import { ServerFailures } from "../../src/mcp/server-failures.ts";
import { ServerLog } from "../../src/mcp/server-log.ts";
import { ServerPlaces } from "../../src/mcp/server-places.ts";
import { Deadlines } from "../../src/runtime/deadlines.ts";
import { LightSignal } from "../../src/runtime/light-signal.ts";
import { projectRoot } from "../../src/runtime/paths.ts";
import { until } from "./deadline.ts";

const program = fileURLToPath(new URL("mcp-server-program.mjs", import.meta.url));

const EVERYTHING = join(
  projectRoot,
  "node_modules/@modelcontextprotocol/server-everything/dist/index.js",
);

/** A program of Node's, whatever runs the tests: servers are no part of what is tested. */
const NODE = "node";

/** An entry that starts the test's own server. @param modes how it starts. */
export function ownServer(modes: string[] = [], more: Record<string, unknown> = {}): object {
  return { command: NODE, args: [program, ...modes], ...more };
}

/** The same for the reference server, which has all that the protocol has. */
export function everythingServer(more: Record<string, unknown> = {}): object {
  return { command: NODE, args: [EVERYTHING, "stdio"], ...more };
}

/** The text of a config/mcp.yaml. */
export function mcpYaml(servers: Record<string, object>): string {
  return JSON.stringify({ servers });
}

/** A line of the log. */
type Logged = Record<string, unknown> & { msg: string; level: string };

/** Servers under test. */
export interface McpUnderTest {
  servers: McpServers;
  logged: Logged[];
  /** Calls that have ended. */
  ended: [server: string, ending: CallEnding][];
  /** Opens a box for a holder; it is closed with the test. */
  open: (names: string[], tenant?: string, run?: string) => Promise<McpToolBox>;
}

/** Makes servers ready to be started; they end with the test. */
export function startMcp(
  named: Record<string, object>,
  { most = 16, env = {} }: { most?: number; env?: Record<string, string> } = {},
): McpUnderTest {
  const problems: string[] = [];
  const file = readMcpFile({ yaml: mcpYaml(named), env }, problems);
  expect(problems).toEqual([]);
  const logged: Logged[] = [];
  const log = (level: string) => (fields: object, msg: string) =>
    void logged.push({ level, msg, ...fields });
  const ended: McpUnderTest["ended"] = [];
  const servers = new McpServers({
    file,
    connect: connectBySdk,
    version: "0",
    deadlines: new Deadlines({ sweepMs: 10 }),
    places: new ServerPlaces({ most }),
    failures: new ServerFailures(),
    log: new ServerLog({ debug: log("debug"), info: log("info"), warn: log("warn") }),
    onCall: (server, ending) => void ended.push([server, ending]),
  });
  onTestFinished(() => servers.stop());
  return {
    servers,
    logged,
    ended,
    open: async (names, tenant = "a", run = "r1") => {
      const box = await servers.open(names, { tenant, run }, new LightSignal());
      onTestFinished(() => box.close());
      return box;
    },
  };
}

/** What a call of a tool has brought. The box has one server, unless it is named. */
export function callOf(
  box: McpToolBox,
  name: string,
  args: Record<string, unknown> = {},
  { signal = new LightSignal(), server }: { signal?: LightSignal; server?: string } = {},
) {
  const [first] = box.tools;
  const of = server ?? first?.server ?? "";
  const tool = { server: of, name, description: undefined, inputSchema: {} };
  return box.call(tool, args, signal);
}

/** The text that a tool answers with, which is no error. */
export async function textOf(...call: Parameters<typeof callOf>): Promise<string> {
  const { text, isError } = await callOf(...call);
  expect({ isError, text }).toMatchObject({ isError: false });
  return text;
}

/** Whether a process lives; the dead that nobody has asked for do not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  if (process.platform !== "linux") return true;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
  } catch {
    return false;
  }
}

/** Waits until a process has ended. */
export async function ended(pid: number): Promise<void> {
  await until(() => !isAlive(pid), `the process ${pid} has ended`);
}
