import type { AppContext } from "../../../middleware/env.ts";
import type { LiveRun } from "../../../src/agents/live-run.ts";
import { CalledOff } from "../../../src/errors/abort-reasons.ts";
import { answerJson } from "../../answer-json.ts";
import { readJson } from "../../read-json.ts";
import { RunInPath } from "../contract/agents/answers.ts";
import { ApproveBody, RunState } from "../contract/agents/run.ts";
import { errorResponses } from "../contract/errors.ts";
import type { ServiceRoute } from "../contract/headers.ts";
import { mount, type ServiceRouter } from "../router.ts";
import type { Guards } from "../services.ts";
import type { AgentRunServices } from "./run-services.ts";
import { runInPath } from "./find-run.ts";
import { newHead } from "./run-agent.ts";

const state = {
  description: "The run's state now",
  content: { "application/json": { schema: RunState } },
};

const cancelRoute: ServiceRoute = {
  method: "post",
  path: "/api/v1/agents/runs/{id}/cancel",
  operationId: "cancelAgentRun",
  tags: ["Agents"],
  summary: "End a run at once, whatever it does; nothing happens to one that has ended",
  headers: ["rateLimit"],
  request: { params: RunInPath },
  responses: {
    200: state,
    ...errorResponses(["not_found", "request_too_large", "rate_limit_exceeded", "shutting_down"]),
  },
};

const approveRoute: ServiceRoute = {
  method: "post",
  path: "/api/v1/agents/runs/{id}/approve",
  operationId: "approveAgentCall",
  tags: ["Agents"],
  summary: "Say yes or no to a call that a run waits with; the run goes on without its client",
  headers: ["rateLimit"],
  request: {
    params: RunInPath,
    body: { required: true, content: { "application/json": { schema: ApproveBody } } },
  },
  responses: {
    200: state,
    ...errorResponses([
      "not_found",
      "approval_mismatch",
      "request_too_large",
      "upload_stalled",
      "validation_error",
      "rate_limit_exceeded",
      "tenant_limit_exceeded",
      "queue_full",
      "shutting_down",
    ]),
  },
};

/** POST /api/v1/agents/runs/{id}/cancel, /approve */
export function changeRunRoutes(
  router: ServiceRouter,
  { guards, agents }: { guards: Pick<Guards, "rate">; agents: AgentRunServices },
): void {
  mount(router, cancelRoute, [guards.rate("agents/runs/cancel", 60)], (c) => cancel(c, agents));
  mount(router, approveRoute, [guards.rate("agents/runs/approve", 60)], (c) => approve(c, agents));
}

async function cancel(c: AppContext, agents: AgentRunServices): Promise<Response> {
  c.get("record").operation = "cancel_agent_run";
  const run = runInPath(c, agents);
  run.stop(new CalledOff());
  await run.ended();
  return answerJson(c, stateOf(run));
}

async function approve(c: AppContext, agents: AgentRunServices): Promise<Response> {
  c.get("record").operation = "approve_agent_call";
  const run = runInPath(c, agents);
  const { call_id: callId, approve: yes, reason, ...shown } = await readJson(c, ApproveBody);
  agents.runs.answer(run, {
    callId,
    approve: yes,
    reason,
    args: shown.arguments,
    argsSha256: shown.arguments_sha256,
    head: newHead(),
    isDetached: true,
  });
  return answerJson(c, stateOf(run));
}

function stateOf({ id, agent, status, reason }: LiveRun) {
  return { run_id: id, agent: agent.name, status, ...(reason ? { reason } : {}) };
}
