import type { RunSummary } from "../../workers/request-store/agents/protocol.ts";
import type { Agent } from "./agent.ts";
import { fileOf, mayChange, type Viewer } from "./agent-access.ts";
import type { KeptRun, RunStep } from "../../workers/request-store/agents/kept-run.ts";

/** An agent as clients are shown it. Whose it is, only its owner and who may manage are told. */
export function agentFacts(agent: Agent, viewer: Viewer) {
  const isTold = viewer.manages || agent.owner === viewer.tenant;
  return {
    name: agent.name,
    role: agent.role,
    model: agent.model,
    options: agent.options,
    tools: agent.tools,
    response_format: agent.responseFormat,
    mcp: agent.mcp,
    allowed_tools: agent.allowedTools,
    require_approval: agent.requireApproval,
    max_steps: agent.maxSteps,
    max_tool_calls: agent.maxToolCalls,
    timeout_sec: agent.timeoutSec,
    visibility: agent.visibility,
    owner: isTold ? agent.owner : undefined,
    file: fileOf(agent),
    may_change: mayChange(agent, viewer),
    created_at: new Date(agent.createdAtMs).toISOString(),
    updated_at: new Date(agent.updatedAtMs).toISOString(),
  };
}

/** A run as clients are shown it in a list. */
export function runSummaryFacts(run: RunSummary) {
  return { ...runFactsBesideSteps(run), step_count: run.stepCount };
}

/** A run with its steps. */
export function runFacts(run: KeptRun) {
  return {
    ...runFactsBesideSteps(run),
    step_count: run.steps.length,
    steps: run.steps.map(stepFacts),
  };
}

/** A run without its steps. */
export function summaryOfRun({ steps, ...run }: KeptRun): RunSummary {
  return { ...run, stepCount: steps.length };
}

function runFactsBesideSteps(run: Omit<KeptRun, "steps">) {
  const { id, agent, model, status, tenant, project, reason, startedAtMs, endedAtMs } = run;
  return {
    id,
    agent,
    model,
    status,
    tenant,
    project,
    reason,
    started_at: new Date(startedAtMs).toISOString(),
    ended_at: endedAtMs === undefined ? undefined : new Date(endedAtMs).toISOString(),
  };
}

/** A step as clients are shown it. */
export function stepFacts(step: RunStep) {
  return {
    kind: step.kind,
    server: step.server,
    tool: step.tool,
    request_id: step.requestId,
    outcome: step.outcome,
    started_at: new Date(step.startedAtMs).toISOString(),
    took_ms: step.tookMs,
    queue_ms: step.queueMs,
    load_ms: step.loadMs,
    inference_ms: step.inferenceMs,
    input_tokens: step.inputTokens,
    output_tokens: step.outputTokens,
    text: step.text,
    arguments: step.args,
  };
}
