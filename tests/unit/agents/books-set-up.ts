import { existsSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { AgentBook } from "../../../src/agents/agent-book.ts";
import { ImportedAgents, type ImportedAgent } from "../../../src/agents/imported-agents.ts";
import { RunBook } from "../../../src/agents/run-book.ts";
import type { TraceMode } from "../../../src/agents/traced-run.ts";
import { DatabaseClient } from "../../../workers/database/client.ts";
import type {
  AgentLimits,
  AgentTasks,
  RunLimits,
  RunTasks,
} from "../../../workers/request-store/agents/protocol.ts";
import * as tasks from "../../../workers/request-store/agents/tasks.ts";
import { ThreadParts } from "../../../workers/thread-parts.ts";
import { definitionOf } from "../../support/agent-records.ts";
import { makeHome } from "../../support/service-process.ts";

interface BooksOptions {
  /** The folder of an earlier start. */
  home?: string;
  trace?: TraceMode;
  agentLimits?: Partial<AgentLimits>;
  runLimits?: Partial<RunLimits>;
  imported?: string[];
  now?: () => number;
  /** What the thread answers in place of what its task would, by the task's name. */
  instead?: Record<string, (input: never) => unknown>;
}

const AGENT_LIMITS: AgentLimits = { ofTenant: 100, inAll: 10_000, bytesInAll: 1e8 };
const RUN_LIMITS: RunLimits = {
  runDays: 30,
  runs: 100_000,
  stepBytes: 1e8,
  textDays: 7,
  textBytes: 1e8,
};

/** Books on real files; the tasks of their thread run in the test's own. */
export async function startBooks(options: BooksOptions = {}) {
  const { home = await makeHome(), trace = "steps", imported = [], instead = {} } = options;
  const told: string[] = [];
  const asked: string[] = [];
  const run = async (name: string, input: unknown): Promise<unknown> => {
    asked.push(name);
    const given = await instead[name]?.(input as never);
    if (given !== undefined) return given;
    const task = (tasks as unknown as Record<string, (input: unknown) => unknown>)[name];
    if (!task) throw new Error(`there is no task ${name}`);
    // What is handed to a thread is copied.
    return structuredClone(await task(structuredClone(input)));
  };
  let isThreadEnded = false;
  const thread = new ThreadParts({
    run,
    destroy: async () => {
      isThreadEnded = true;
    },
  });
  const files = {
    agents: join(home, "data", "agents.db"),
    runs: join(home, "data", "agent-runs.db"),
  };
  const ofFiles = new ImportedAgents();
  ofFiles.replace(imported.map(importedOf));
  const agents = new AgentBook({
    client: new DatabaseClient<AgentTasks>({
      name: "agent store",
      file: files.agents,
      thread: thread.part("agents"),
      openWith: () => ({ limits: { ...AGENT_LIMITS, ...options.agentLimits } }),
      onSetAside: ({ reason }) => void told.push(`agents set aside: ${reason}`),
      removes: "remove",
    }),
    imported: ofFiles,
    ...(options.now ? { now: options.now } : {}),
  });
  const start = crypto.randomUUID();
  const runs = new RunBook({
    client: new DatabaseClient<RunTasks>({
      name: "run store",
      file: files.runs,
      thread: thread.part("runs"),
      openWith: () => ({ limits: { ...RUN_LIMITS, ...options.runLimits }, start }),
      onSetAside: ({ reason }) => void told.push(`runs set aside: ${reason}`),
      removes: "forget",
    }),
    trace,
    hasFile: () => existsSync(files.runs),
    stopMs: 3000,
    report: {
      failed: (fault) => void told.push(`failed: ${fault}`),
      waiting: (fault) => void told.push(`waiting: ${fault}`),
      writing: () => void told.push("writing"),
      losing: () => void told.push("losing"),
      lost: (count) => void told.push(`lost: ${count}`),
    },
    ...(options.now ? { now: options.now } : {}),
  });
  const stop = async (): Promise<void> => {
    await runs.stop();
    await agents.stop();
  };
  onTestFinished(stop);
  return {
    home,
    files,
    agents,
    runs,
    ofFiles,
    told,
    asked,
    stop,
    isThreadEnded: () => isThreadEnded,
  };
}

/** An agent of a file. */
export function importedOf(name: string): ImportedAgent {
  return {
    ...definitionOf({ name, role: `of the file ${name}`, visibility: "everyone" }),
    file: `config/agents/${name}.yaml`,
    owner: undefined,
    createdAtMs: 1,
    updatedAtMs: 1,
  };
}
