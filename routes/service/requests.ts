import type { AppContext } from "../../middleware/env.ts";
import type { StoredRequest } from "../../workers/request-store/protocol.ts";
import type { ManageAccess } from "../../src/access/manage-access.ts";
import type { LiveRuns } from "../../src/agents/live-runs.ts";
import type { RunBook } from "../../src/agents/run-book.ts";
import { ServiceError } from "../../src/errors/service-error.ts";
import type { LiveRequests } from "../../src/requests/live-requests.ts";
import { endedFacts, liveFacts } from "../../src/requests/request-facts.ts";
import type { RecordReader } from "../../src/requests/store/record-reader.ts";
import type { RequestStore } from "../../src/requests/store/request-store.ts";
import { whereTimeWent } from "../../src/requests/time-sentence.ts";
import { cut, TEXT_LIMITS } from "../../src/runtime/text-limits.ts";
import { answerJson } from "../answer-json.ts";
import { callerOf } from "../caller-of.ts";
import { readQuery } from "../read-query.ts";
import { errorResponses } from "./contract/errors.ts";
import type { ServiceRoute } from "./contract/headers.ts";
import {
  Cancelled,
  ExplainedRequest,
  ForgetQuery,
  Forgotten,
  IdInPath,
  ListQuery,
  LiveRequest,
  RequestList,
} from "./contract/requests.ts";
import { mount, type ServiceRouter } from "./router.ts";
import type { Guards } from "./services.ts";
import { visibleTenant } from "./visible-tenant.ts";

/** What the routes of requests work with. */
export interface RequestServices {
  guards: Pick<Guards, "mayManage" | "rate">;
  manageAccess: Pick<ManageAccess, "allows">;
  live: Pick<LiveRequests, "all" | "callOff" | "find">;
  /** Undefined where requests are not kept. */
  records: Pick<RecordReader, "one" | "rows"> | undefined;
  store: Pick<RequestStore, "forget"> | undefined;
  /** Runs of agents. */
  runs: Pick<RunBook, "forget" | "mayHaveAny">;
  /** Runs of agents in memory. */
  liveRuns: Pick<LiveRuns, "forget">;
}

const listRoute: ServiceRoute = {
  method: "get",
  path: "/api/v1/requests",
  operationId: "listRequests",
  tags: ["Requests"],
  summary: "Requests under way, and those that have ended: one's own, or all for who may manage",
  headers: ["rateLimit"],
  request: { query: ListQuery },
  responses: {
    200: {
      description: "A page of them",
      content: { "application/json": { schema: RequestList } },
    },
    ...errorResponses(["validation_error", "rate_limit_exceeded", "shutting_down"]),
  },
};

const oneRoute: ServiceRoute = {
  method: "get",
  path: "/api/v1/requests/{id}",
  operationId: "getRequest",
  tags: ["Requests"],
  summary: "A request, under way or ended, and where its time went",
  headers: ["rateLimit"],
  request: { params: IdInPath },
  responses: {
    200: {
      description: "The request",
      content: { "application/json": { schema: LiveRequest.or(ExplainedRequest) } },
    },
    ...errorResponses(["not_found", "rate_limit_exceeded", "shutting_down"]),
  },
};

const cancelRoute: ServiceRoute = {
  method: "delete",
  path: "/api/v1/requests/{id}",
  operationId: "cancelRequest",
  tags: ["Requests"],
  summary: "Cancel a request that waits or runs; its client is told 409 `cancelled`",
  headers: ["rateLimit"],
  request: { params: IdInPath },
  responses: {
    200: {
      description: "It was called off, and gives back what it holds",
      content: { "application/json": { schema: Cancelled } },
    },
    ...errorResponses(["not_found", "rate_limit_exceeded", "shutting_down"]),
  },
};

const forgetRoute: ServiceRoute = {
  method: "delete",
  path: "/api/v1/requests",
  operationId: "forgetRequests",
  tags: ["Requests"],
  summary: "Forget a project's records of requests, its sums, and its agents' runs",
  headers: ["rateLimit"],
  request: { query: ForgetQuery },
  responses: {
    200: {
      description: "How many",
      content: { "application/json": { schema: Forgotten } },
    },
    ...errorResponses([
      "forbidden",
      "not_found",
      "validation_error",
      "rate_limit_exceeded",
      "shutting_down",
    ]),
  },
};

/** GET and DELETE /api/v1/requests, /api/v1/requests/{id} */
export function requestRoutes(router: ServiceRouter, services: RequestServices): void {
  const { rate, mayManage } = services.guards;
  mount(router, listRoute, [rate("requests", 120)], (c) => list(c, services));
  mount(router, oneRoute, [rate("requests", 120)], (c) => one(c, services));
  mount(router, cancelRoute, [rate("requests/cancel", 60)], (c) => cancel(c, services));
  mount(router, forgetRoute, [mayManage, rate("requests/forget", 10)], (c) => forget(c, services));
}

async function list(
  c: AppContext,
  { live, records, manageAccess }: RequestServices,
): Promise<Response> {
  const { project, model, status, limit, after } = readQuery(c, ListQuery);
  const tenant = visibleTenant(c, manageAccess);
  const isFirst = after === undefined && status === undefined;
  const running = isFirst ? live.all({ tenant, project, model }) : [];
  const query = { tenant, project, model, status, after, order: "newest" as const };
  const rows = records ? await records.rows({ ...query, limit }, callerOf(c)) : [];
  return answerJson(c, {
    running: running.slice(0, limit).map(liveFacts),
    running_total: running.length,
    requests: rows.map((row) => ({ ...endedFacts(row), number: row.number })),
    next: rows.length === limit ? (rows.at(-1)?.number ?? null) : null,
    recorded: records !== undefined,
  });
}

async function one(
  c: AppContext,
  { live, records, manageAccess }: RequestServices,
): Promise<Response> {
  const id = c.req.param("id") ?? "";
  const tenant = visibleTenant(c, manageAccess);
  const running = live.find(id, tenant);
  if (running) return answerJson(c, liveFacts(running));
  const ended = REQUEST_ID.test(id) ? await records?.one(id, callerOf(c)) : undefined;
  if (!ended || (tenant !== undefined && ended.tenant !== tenant))
    throw notFound(id, records !== undefined);
  return answerJson(c, explained(ended));
}

function explained(ended: StoredRequest) {
  return { ...endedFacts(ended), number: ended.number, summary: whereTimeWent(ended) };
}

function cancel(c: AppContext, { live, manageAccess }: RequestServices): Response {
  c.get("record").operation = "cancel_request";
  const id = c.req.param("id") ?? "";
  if (!live.callOff(id, visibleTenant(c, manageAccess))) {
    throw new ServiceError("not_found", `No request '${shown(id)}' is under way`);
  }
  return answerJson(c, { request_id: id, state: "cancelled" });
}

async function forget(
  c: AppContext,
  { store, runs, liveRuns }: RequestServices,
): Promise<Response> {
  c.get("record").operation = "forget_requests";
  const { project } = readQuery(c, ForgetQuery);
  liveRuns.forget(project);
  if (!store && !runs.mayHaveAny) {
    throw new ServiceError("not_found", "No records are kept (REQUEST_LOG_ENABLED=false)");
  }
  const forgottenRuns = await runs.forget(project);
  const forgotten = (await store?.forget(project)) ?? 0;
  return answerJson(c, { forgotten, forgotten_runs: forgottenRuns });
}

/** An id as the service gives it, that of an item with its index. */
const REQUEST_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?:-\d{1,6})?$/;

/** The same for one that is not there and one that is somebody else's. */
function notFound(id: string, areKept: boolean): ServiceError {
  const message = areKept
    ? `There is no request '${shown(id)}'`
    : `No request '${shown(id)}' is under way, and none are kept (REQUEST_LOG_ENABLED=false)`;
  return new ServiceError("not_found", message);
}

function shown(id: string): string {
  return cut(id, TEXT_LIMITS.requestId);
}
