import type { AppContext } from "../../../middleware/env.ts";
import { runFacts, runSummaryFacts, summaryOfRun } from "../../../src/agents/agent-facts.ts";
import { ServiceError } from "../../../src/errors/service-error.ts";
import { cut, TEXT_LIMITS } from "../../../src/runtime/text-limits.ts";
import { answerJson } from "../../answer-json.ts";
import { readQuery } from "../../read-query.ts";
import { AgentRunAnswer, AgentRunList, RunInPath, RunsQuery } from "../contract/agents/answers.ts";
import { errorResponses } from "../contract/errors.ts";
import type { ServiceRoute } from "../contract/headers.ts";
import { mount, type ServiceRouter } from "../router.ts";
import { visibleTenant } from "../visible-tenant.ts";
import { approvalsOf } from "./run-answer.ts";
import type { AgentServices } from "./agent-services.ts";

const listRoute: ServiceRoute = {
  method: "get",
  path: "/api/v1/agents/runs",
  operationId: "listAgentRuns",
  tags: ["Agents"],
  summary: "Runs under way and kept ones: one's own, or all for who may manage",
  headers: ["rateLimit"],
  request: { query: RunsQuery },
  responses: {
    200: { description: "A page", content: { "application/json": { schema: AgentRunList } } },
    ...errorResponses(["validation_error", "rate_limit_exceeded", "shutting_down"]),
  },
};

const oneRoute: ServiceRoute = {
  method: "get",
  path: "/api/v1/agents/runs/{id}",
  operationId: "getAgentRun",
  tags: ["Agents"],
  summary: "A run with its steps",
  headers: ["rateLimit"],
  request: { params: RunInPath },
  responses: {
    200: { description: "The run", content: { "application/json": { schema: AgentRunAnswer } } },
    ...errorResponses(["invalid_request", "not_found", "rate_limit_exceeded", "shutting_down"]),
  },
};

type Services = Pick<AgentServices, "guards" | "live" | "manageAccess" | "runs">;

/** GET /api/v1/agents/runs and /api/v1/agents/runs/{id}. To be mounted before those of agents. */
export function runRecordRoutes(router: ServiceRouter, services: Services): void {
  const { rate } = services.guards;
  mount(router, listRoute, [rate("agents/runs", 120)], (c) => list(c, services));
  mount(router, oneRoute, [rate("agents/runs", 120)], (c) => one(c, services));
}

async function list(c: AppContext, { runs, live, manageAccess }: Services): Promise<Response> {
  const query = readQuery(c, RunsQuery);
  const tenant = visibleTenant(c, manageAccess);
  const { agent, status } = query;
  const running = live
    .all({ tenant, agent })
    .filter(({ isFinal }) => !isFinal)
    .map(({ kept }) => kept);
  const ids = new Set(running.map(({ id }) => id));
  const page = await runs.list({ ...query, tenant });
  const shown = running.filter((run) => status === undefined || run.status === status);
  return answerJson(c, {
    running: query.before === undefined ? shown.slice(0, query.limit).map(summaryFacts) : [],
    runs: page.runs.filter(({ id }) => !ids.has(id)).map(runSummaryFacts),
    next: page.next ?? null,
    recorded: runs.isOn,
  });
}

const summaryFacts = (run: Parameters<typeof summaryOfRun>[0]) =>
  runSummaryFacts(summaryOfRun(run));

async function one(c: AppContext, { runs, live, manageAccess }: Services): Promise<Response> {
  const id = c.req.param("id") ?? "";
  const tenant = visibleTenant(c, manageAccess);
  const inMemory = live.find(id, tenant);
  if (inMemory) {
    const approvals = approvalsOf(inMemory);
    const waiting = approvals.length > 0 ? { approvals } : {};
    return answerJson(c, { ...runFacts(inMemory.kept), ...waiting });
  }
  const run = await runs.get(id);
  if (!run || (tenant !== undefined && run.tenant !== tenant)) throw notFound(id, runs.isOn);
  return answerJson(c, runFacts(run));
}

/** The same for a run that is not there and one that is somebody else's. */
function notFound(id: string, areKept: boolean): ServiceError {
  const shown = cut(id, TEXT_LIMITS.requestId);
  const message = areKept
    ? `There is no run '${shown}', or not any more`
    : `No run '${shown}' is under way, and none are kept (AGENT_TRACE=off)`;
  return new ServiceError("not_found", message);
}
