import { randomUUID } from "node:crypto";
import { join } from "node:path";
import Driver from "libsql";
import type { AgentDefinition } from "../../src/agents/agent.ts";
import type { KeptRun, RunStep } from "../../workers/request-store/agents/kept-run.ts";
import { prepareFile } from "../../workers/database/database-file.ts";
import { RunDatabase } from "../../workers/request-store/agents/run-database.ts";

/** A definition, as far as a test does not say otherwise. */
export function definitionOf(given: Partial<AgentDefinition> = {}): AgentDefinition {
  return {
    name: "librarian",
    role: "You answer from the catalogue.",
    model: "fake",
    mcp: [],
    requireApproval: "never",
    maxSteps: 10,
    timeoutSec: 300,
    visibility: "tenant",
    ...given,
  };
}

/** A run that has completed. */
export function runOf(given: Partial<KeptRun> = {}): KeptRun {
  return {
    id: `run_${randomUUID()}`,
    tenant: "acme",
    project: "acme",
    agent: "librarian",
    model: "fake",
    status: "completed",
    startedAtMs: Date.now(),
    endedAtMs: Date.now(),
    steps: [],
    ...given,
  };
}

/** A tool call with texts. */
export function stepOf(given: Partial<RunStep> = {}): RunStep {
  return {
    kind: "tool",
    server: "catalogue",
    tool: "find_book",
    startedAtMs: Date.now(),
    tookMs: 12,
    outcome: "completed",
    ...given,
  };
}

/** Where a service keeps runs. */
export function runFile(home: string): string {
  return join(home, "data", "agent-runs.db");
}

/** Puts runs into the file of a service that is stopped, as an earlier start of it had. */
export function storeRuns(home: string, runs: readonly KeptRun[]): void {
  prepareFile(runFile(home));
  const limits = { runDays: 30, runs: 1e5, stepBytes: 1e8, textDays: 7, textBytes: 1e8 };
  const database = new RunDatabase(Driver, runFile(home), { limits, start: randomUUID() });
  database.write({ json: JSON.stringify(runs), nowMs: Date.now() });
  database.close();
}
