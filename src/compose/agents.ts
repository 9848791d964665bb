import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseClient } from "../../workers/database/client.ts";
import type { SetAside } from "../../workers/database/protocol.ts";
import type {
  AgentLimits,
  AgentTasks,
  RunLimits,
  RunTasks,
} from "../../workers/request-store/agents/protocol.ts";
import type { ThreadParts } from "../../workers/thread-parts.ts";
import { AgentBook } from "../agents/agent-book.ts";
import type { KnownServers } from "../agents/agent-check.ts";
import { ImportedAgents } from "../agents/imported-agents.ts";
import { RunBook } from "../agents/run-book.ts";
import type { McpToolBoxes } from "../mcp/mcp-tools.ts";
import type { Part } from "../runtime/lifecycle.ts";
import { agentFilesPart } from "./agent-files.ts";
import type { Base } from "./base.ts";

/** How many agents are kept; docs/sharing.md says so. */
const AGENT_LIMITS: AgentLimits = { ofTenant: 100, inAll: 10_000, bytesInAll: 128 * 1_000_000 };

/** How much is kept of runs; docs/privacy.md says so. */
const RUN_LIMITS: RunLimits = {
  runDays: 30,
  runs: 100_000,
  stepBytes: 100 * 1_000_000,
  textDays: 7,
  textBytes: 100 * 1_000_000,
};

const STOP_MS = 5000;
const STOP_MARGIN_MS = 3000;

/** The MCP servers that the operator names, and the way to them. */
export interface McpServers extends KnownServers {
  boxes: McpToolBoxes | undefined;
}

/** Where no servers are named. */
const NO_SERVERS: McpServers = { knows: () => false, boxes: undefined };

/** Agents, and what is kept of their runs. */
export interface Agents {
  book: AgentBook;
  runs: RunBook;
  servers: McpServers;
  parts: Part[];
}

interface AgentsOptions {
  thread: ThreadParts;
  /** Where the operator's agents are. */
  folder: string | undefined;
  servers?: McpServers;
  /** How often that is looked for changes; for tests. */
  everyMs?: number | undefined;
}

/** Builds what keeps agents and their runs. Their files are opened with the first use of them. */
export function composeAgents(
  base: Base,
  { thread, folder, servers = NO_SERVERS, everyMs }: AgentsOptions,
): Agents {
  const imported = new ImportedAgents();
  const book = composeBook(base, thread, imported);
  const runs = composeRunBook(base, thread);
  return {
    book,
    runs,
    servers,
    parts: [
      { name: "agents", stop: () => book.stop() },
      {
        name: "agents' runs",
        start: () => runs.start(),
        stop: () => runs.stop(),
        stopDeadlineMs: STOP_MS + STOP_MARGIN_MS,
      },
      ...agentFilesPart({ ...base, path: folder, imported, servers, everyMs }),
    ],
  };
}

function composeBook({ home, logs }: Base, thread: ThreadParts, imported: ImportedAgents) {
  const file = join(home, "data", "agents.db");
  return new AgentBook({
    client: new DatabaseClient<AgentTasks>({
      name: "agent store",
      file,
      thread: thread.part("agents"),
      openWith: () => ({ limits: AGENT_LIMITS }),
      onSetAside: setAside(logs, file, "of agents"),
      removes: "remove",
    }),
    imported,
  });
}

function composeRunBook({ settings, home, logs }: Base, thread: ThreadParts): RunBook {
  const { service } = logs;
  const file = join(home, "data", "agent-runs.db");
  const start = crypto.randomUUID();
  return new RunBook({
    client: new DatabaseClient<RunTasks>({
      name: "run store",
      file,
      thread: thread.part("runs"),
      openWith: () => ({ limits: RUN_LIMITS, start }),
      onSetAside: setAside(logs, file, "of agents' runs"),
      removes: "forget",
    }),
    trace: settings.agentTrace,
    hasFile: () => existsSync(file),
    stopMs: STOP_MS,
    report: {
      failed: (fault, err) =>
        service.error({ fault, file, err }, "runs of agents are not stored from now on"),
      waiting: (fault) => service.warn({ fault, file }, "runs of agents cannot be stored now"),
      writing: () => service.info({ file }, "runs of agents are stored again"),
      losing: () => service.warn({ file }, "too many runs of agents wait: some are not stored"),
      lost: (runs) => service.warn({ file, runs }, "runs of agents were not stored"),
    },
  });
}

/** Tells of a file that was renamed. */
function setAside({ service }: Base["logs"], file: string, what: string) {
  return ({ name, reason }: SetAside): void =>
    service.warn(
      { file, name, reason },
      reason === "newer"
        ? `the file ${what} is of a later version: it is renamed, and a new one is begun`
        : `the file ${what} is damaged: it is renamed, and a new one is begun`,
    );
}
