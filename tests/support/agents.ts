import { randomUUID } from "node:crypto";
import type { AgentDefinition } from "../../src/agents/agent.ts";
import type { KeptRun, RunStep } from "../../src/agents/kept-run.ts";

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
