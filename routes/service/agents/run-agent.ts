import type { z } from "@hono/zod-openapi";
import type { AppContext } from "../../../middleware/env.ts";
import type { LiveRun } from "../../../src/agents/live-run.ts";
import { PLAIN_SETTINGS } from "../../../src/dialects/responses/response-object.ts";
import type { ChatMessage } from "../../../src/dialects/messages.ts";
import { ServiceError } from "../../../src/errors/service-error.ts";
import { answerJson } from "../../answer-json.ts";
import { readJson } from "../../read-json.ts";
import {
  BegunRun,
  RUN_STREAM_EXAMPLE,
  RunAgentAnswer,
  RunAgentBody,
} from "../contract/agents/run.ts";
import { AgentInPath } from "../contract/agents/answers.ts";
import { errorResponses, INFERENCE_CODES } from "../contract/errors.ts";
import type { ServiceRoute } from "../contract/headers.ts";
import { ResponseStreamEvent } from "../contract/responses/stream-parts.ts";
import { streamContent } from "../contract/stream-parts.ts";
import { mount, type ServiceRouter } from "../router.ts";
import { beginRun, endWithClient, type RunServices } from "./begin-run.ts";
import { runAnswer } from "./run-answer.ts";
import { streamRun } from "./stream-run.ts";

const route: ServiceRoute = {
  method: "post",
  path: "/api/v1/agents/{name}/run",
  operationId: "runAgent",
  tags: ["Agents"],
  summary: "Have an agent do something",
  headers: ["rateLimit", "waiting"],
  request: {
    params: AgentInPath,
    body: { required: true, content: { "application/json": { schema: RunAgentBody } } },
  },
  responses: {
    200: {
      description:
        "How the run went, or that it waits for an approval; with `stream: true` its events, with `background: true` that it has begun",
      content: {
        "application/json": { schema: RunAgentAnswer.or(BegunRun) },
        ...streamContent("text/event-stream", {
          part: ResponseStreamEvent,
          about: "An `event:` line with the name and a `data:` line for each event",
          example: RUN_STREAM_EXAMPLE,
        }),
      },
    },
    ...errorResponses([...INFERENCE_CODES, "agent_not_found", "mcp_unavailable"]),
  },
};

/** POST /api/v1/agents/{name}/run */
export function runAgentRoute(router: ServiceRouter, services: RunServices): void {
  mount(router, route, [services.guards.rate("agents/run", 60)], (c) => runAgent(c, services));
}

async function runAgent(c: AppContext, services: RunServices): Promise<Response> {
  const record = c.get("record");
  record.operation = "run_agent";
  const agent = await services.agents.book.find(record.tenant, c.req.param("name") ?? "");
  const body = await readJson(c, RunAgentBody);
  const isDetached = body.background === true;
  const run = await beginRun(c, services, {
    agent,
    messages: messagesOf(body),
    tools: body.tools,
    options: body.options ?? {},
    format: {},
    head: newHead(),
    isDetached,
  });
  if (isDetached && !body.stream) return answerJson(c, begun(run));
  endWithClient(c, run);
  if (body.stream) return streamRun(c, services.agents, run);
  await run.paused();
  return answerJson(c, runAnswer(run, record));
}

/** The head of a response that no request of the Responses API has asked for. */
export function newHead() {
  return { id: `resp_${crypto.randomUUID().replaceAll("-", "")}`, settings: PLAIN_SETTINGS };
}

function begun({ agent, id, status }: LiveRun) {
  return { agent: agent.name, run_id: id, status };
}

/** @throws ServiceError `invalid_request` where nothing is asked (contract §3.9). */
function messagesOf({ prompt, messages = [] }: z.infer<typeof RunAgentBody>): ChatMessage[] {
  if (prompt === undefined && messages.length === 0) {
    const message = "A run needs a prompt, or messages";
    throw new ServiceError("invalid_request", message, { param: "prompt" });
  }
  return prompt === undefined ? messages : [...messages, { role: "user", content: prompt }];
}
