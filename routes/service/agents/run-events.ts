import type { AppContext } from "../../../middleware/env.ts";
import type { KeptRun } from "../../../workers/request-store/agents/kept-run.ts";
import { ServiceError } from "../../../src/errors/service-error.ts";
import { readQuery } from "../../read-query.ts";
import { streamAnswer, streamHead } from "../../stream-answer.ts";
import { RunInPath } from "../contract/agents/answers.ts";
import { RUN_STREAM_EXAMPLE, RunEventsQuery } from "../contract/agents/run.ts";
import { errorResponses } from "../contract/errors.ts";
import type { ServiceRoute } from "../contract/headers.ts";
import { ResponseStreamEvent } from "../contract/responses/stream-parts.ts";
import { streamContent } from "../contract/stream-parts.ts";
import { mount, type ServiceRouter } from "../router.ts";
import type { Guards } from "../services.ts";
import { visibleTenant } from "../visible-tenant.ts";
import type { AgentRunServices } from "./run-services.ts";
import { runNotFound } from "./find-run.ts";

const route: ServiceRoute = {
  method: "get",
  path: "/api/v1/agents/runs/{id}/events",
  operationId: "followAgentRun",
  tags: ["Agents"],
  summary: "A run's events from its first, or on from where one was, up to its end",
  headers: ["rateLimit"],
  request: { params: RunInPath, query: RunEventsQuery },
  responses: {
    200: {
      description:
        "The events. Of a run whose events are not in memory any more, only how it ended",
      content: streamContent("text/event-stream", {
        part: ResponseStreamEvent,
        about: "An `event:` line with the name and a `data:` line for each event",
        example: RUN_STREAM_EXAMPLE,
      }),
    },
    ...errorResponses([
      "not_found",
      "validation_error",
      "rate_limit_exceeded",
      "tenant_limit_exceeded",
      "shutting_down",
    ]),
  },
};

/** Those who follow one run at once. */
const MOST_FOLLOWERS = 16;

/** GET /api/v1/agents/runs/{id}/events */
export function runEventsRoute(
  router: ServiceRouter,
  { guards, agents }: { guards: Pick<Guards, "rate">; agents: AgentRunServices },
): void {
  mount(router, route, [guards.rate("agents/runs/events", 120)], (c) => follow(c, agents));
}

async function follow(c: AppContext, agents: AgentRunServices): Promise<Response> {
  const record = c.get("record");
  record.operation = "follow_agent_run";
  const { after = -1 } = readQuery(c, RunEventsQuery);
  const id = c.req.param("id") ?? "";
  const tenant = visibleTenant(c, agents.manageAccess);
  const { signal, method } = c.get("exchange");
  const head = streamHead("text/event-stream");
  const run = agents.runs.find(id, tenant);
  if (!run) {
    const kept = await agents.kept.get(id);
    if (!kept || (tenant !== undefined && kept.tenant !== tenant)) throw runNotFound(id);
    return streamAnswer(c, head, onlyTheEnd(kept));
  }
  // Without a body there would be no end.
  if (method === "HEAD") return c.body(null, 200, head.headers);
  signal.throwIfAborted();
  if (run.log.readers >= MOST_FOLLOWERS) {
    const message = `${MOST_FOLLOWERS} connections follow this run, which is the most`;
    throw new ServiceError("tenant_limit_exceeded", message);
  }
  const { deadlines } = agents;
  const reader = run.log.read({ from: after + 1, until: "run", isFollower: true, deadlines });
  record.streamed = true;
  record.onEnd(() => reader.end());
  signal.addEventListener("abort", () => reader.end(), { once: true });
  return streamAnswer(c, head, reader.pieces());
}

/** All that is told of a run whose events are gone. */
async function* onlyTheEnd(run: KeptRun): AsyncGenerator<string> {
  const { id: run_id, agent, model, status, reason } = run;
  const facts = { run_id, agent, model, status, ...(reason ? { reason } : {}) };
  yield own("missed", { missed_before: null });
  yield own("run_ended", facts);
}

function own(name: string, facts: object): string {
  const data = { type: "keepalive", shared_ollama: facts };
  return `event: shared_ollama:${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
