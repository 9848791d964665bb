import type { AppContext } from "../../../middleware/env.ts";
import { assertMayChange } from "../../../src/agents/agent-access.ts";
import { agentFacts } from "../../../src/agents/agent-facts.ts";
import type { ErrorCode } from "../../../src/errors/codes.ts";
import { ServiceError } from "../../../src/errors/service-error.ts";
import { answerJson } from "../../answer-json.ts";
import { callerOf } from "../../caller-of.ts";
import { readJson } from "../../read-json.ts";
import { readQuery } from "../../read-query.ts";
import {
  AgentAnswer,
  AgentFindings,
  AgentInPath,
  AgentList,
  AgentsQuery,
  CreatedAgent,
  DeletedAgent,
  OwnerQuery,
} from "../contract/agents/answers.ts";
import { AgentBody, definitionOf, ReplaceAgentBody } from "../contract/agents/definition.ts";
import { errorResponses } from "../contract/errors.ts";
import type { ServiceRoute } from "../contract/headers.ts";
import { BODY_CODES } from "../contract/model-changes.ts";
import { mount, type ServiceRouter } from "../router.ts";
import { agentInPath, viewerOf, type AgentServices } from "./agent-services.ts";

const CODES: ErrorCode[] = [
  "invalid_request",
  "agent_not_found",
  "validation_error",
  "rate_limit_exceeded",
  "shutting_down",
];

/** What a definition may be refused with. */
const DEFINITION_CODES: ErrorCode[] = [
  ...BODY_CODES,
  "invalid_request",
  "model_not_allowed",
  "agent_exists",
  "agent_limit_reached",
  "insufficient_storage",
];

const named = { params: AgentInPath, query: OwnerQuery };
const body = (schema: typeof AgentBody | typeof ReplaceAgentBody) => ({
  body: { required: true, content: { "application/json": { schema } } },
});

const listRoute: ServiceRoute = {
  method: "get",
  path: "/api/v1/agents",
  operationId: "listAgents",
  tags: ["Agents"],
  summary: "The agents that the tenant may run: its own, and everyone's",
  headers: ["rateLimit"],
  request: { query: AgentsQuery },
  responses: {
    200: { description: "A page", content: { "application/json": { schema: AgentList } } },
    ...errorResponses(["validation_error", "rate_limit_exceeded", "shutting_down"]),
  },
};

const createRoute: ServiceRoute = {
  method: "post",
  path: "/api/v1/agents/create",
  operationId: "createAgent",
  tags: ["Agents"],
  summary: "Make an agent of the tenant's own",
  headers: ["rateLimit"],
  request: body(AgentBody),
  responses: {
    200: { description: "It is kept", content: { "application/json": { schema: CreatedAgent } } },
    ...errorResponses([...DEFINITION_CODES, "rate_limit_exceeded", "shutting_down"]),
  },
};

const getRoute: ServiceRoute = {
  method: "get",
  path: "/api/v1/agents/{name}",
  operationId: "getAgent",
  tags: ["Agents"],
  summary: "An agent: the tenant's own of that name, else everyone's",
  headers: ["rateLimit"],
  request: named,
  responses: {
    200: { description: "The agent", content: { "application/json": { schema: AgentAnswer } } },
    ...errorResponses(CODES),
  },
};

const replaceRoute: ServiceRoute = {
  method: "put",
  path: "/api/v1/agents/{name}",
  operationId: "replaceAgent",
  tags: ["Agents"],
  summary: "Give an agent another definition, under its name: its owner, and who may manage",
  headers: ["rateLimit"],
  request: { ...named, ...body(ReplaceAgentBody) },
  responses: {
    200: { description: "It is kept", content: { "application/json": { schema: CreatedAgent } } },
    ...errorResponses([
      ...DEFINITION_CODES,
      "agent_not_found",
      "forbidden",
      "rate_limit_exceeded",
      "shutting_down",
    ]),
  },
};

const deleteRoute: ServiceRoute = {
  method: "delete",
  path: "/api/v1/agents/{name}",
  operationId: "deleteAgent",
  tags: ["Agents"],
  summary: "Delete an agent: its owner, and who may manage; what runs goes on",
  headers: ["rateLimit"],
  request: named,
  responses: {
    200: { description: "Deleted", content: { "application/json": { schema: DeletedAgent } } },
    ...errorResponses([...CODES, "forbidden"]),
  },
};

const validateRoute: ServiceRoute = {
  method: "post",
  path: "/api/v1/agents/{name}/validate",
  operationId: "validateAgent",
  tags: ["Agents"],
  summary: "Look whether an agent can run now: its model, tools, context and MCP servers",
  headers: ["rateLimit"],
  request: named,
  responses: {
    200: {
      description: "What was looked at, and what was found",
      content: { "application/json": { schema: AgentFindings } },
    },
    ...errorResponses([...CODES, "cancelled", "request_too_large"]),
  },
};

/** GET /api/v1/agents, POST …/create, GET, PUT and DELETE …/{name}, POST …/{name}/validate */
export function agentRoutes(router: ServiceRouter, services: AgentServices): void {
  const { rate } = services.guards;
  const reading = rate("agents", 120);
  const changing = rate("agents/change", 60);
  mount(router, listRoute, [reading], (c) => list(c, services));
  mount(router, createRoute, [changing], (c) => create(c, services));
  mount(router, getRoute, [reading], (c) => get(c, services));
  mount(router, replaceRoute, [changing], (c) => replace(c, services));
  mount(router, deleteRoute, [changing], (c) => remove(c, services));
  mount(router, validateRoute, [rate("agents/validate", 30)], (c) => validate(c, services));
}

async function list(c: AppContext, services: AgentServices): Promise<Response> {
  const { all, after, limit } = readQuery(c, AgentsQuery);
  const viewer = viewerOf(c, services);
  const wanted = { all: all === "true" && viewer.manages, after, limit };
  const { agents, next, problem } = await services.book.list(viewer.tenant, wanted);
  const isEmpty = agents.length === 0 && after === undefined;
  const message = problem ?? (isEmpty ? NONE : undefined);
  return answerJson(c, {
    agents: agents.map((agent) => agentFacts(agent, viewer)),
    next: next ?? null,
    message,
  });
}

const NONE = "There are no agents yet; POST /api/v1/agents/create makes one";

async function create(c: AppContext, services: AgentServices): Promise<Response> {
  c.get("record").operation = "create_agent";
  const viewer = viewerOf(c, services);
  const definition = definitionOf(await readJson(c, AgentBody));
  await services.check.assert(definition);
  const agent = await services.book.create(viewer.tenant, definition);
  return answerJson(c, { status: "success", ...agentFacts(agent, viewer) });
}

async function get(c: AppContext, services: AgentServices): Promise<Response> {
  const viewer = viewerOf(c, services);
  return answerJson(c, agentFacts(await agentInPath(c, services, viewer), viewer));
}

async function replace(c: AppContext, services: AgentServices): Promise<Response> {
  c.get("record").operation = "replace_agent";
  const viewer = viewerOf(c, services);
  const { name = c.req.param("name"), ...fields } = await readJson(c, ReplaceAgentBody);
  const agent = await agentInPath(c, services, viewer);
  const owner = assertMayChange(agent, viewer);
  if (name !== agent.name) {
    const message = `An agent keeps its name: '${agent.name}'; make another one under '${name}'`;
    throw new ServiceError("invalid_request", message, { param: "name" });
  }
  const definition = definitionOf({ name, ...fields });
  await services.check.assert(definition);
  const changed = await services.book.replace(owner, definition);
  return answerJson(c, { status: "success", ...agentFacts(changed, viewer) });
}

async function remove(c: AppContext, services: AgentServices): Promise<Response> {
  c.get("record").operation = "delete_agent";
  const viewer = viewerOf(c, services);
  const agent = await agentInPath(c, services, viewer);
  await services.book.remove(assertMayChange(agent, viewer), agent.name);
  return answerJson(c, { status: "success", name: agent.name, deleted: true });
}

async function validate(c: AppContext, services: AgentServices): Promise<Response> {
  c.get("record").operation = "validate_agent";
  const agent = await agentInPath(c, services, viewerOf(c, services));
  const findings = await services.validator.validate(agent, callerOf(c));
  return answerJson(c, { agent: agent.name, ok: findings.every(({ ok }) => ok), findings });
}
