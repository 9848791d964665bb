import type { AppContext } from "../../../middleware/env.ts";
import type { Agent } from "../../../src/agents/agent.ts";
import { type LiveRun, nothingWaits } from "../../../src/agents/live-run.ts";
import type { ResponseHead } from "../../../src/agents/run-writer.ts";
import {
  type ResponseObject,
  responseId,
} from "../../../src/dialects/responses/response-object.ts";
import { jsonBytes, keptResponse } from "../../../src/responses/kept-json.ts";
import { answerJson } from "../../answer-json.ts";
import type { ResponseInput } from "../contract/responses/request.ts";
import { asChat, type ResponseForm, settingsOf } from "../forms/openai-response.ts";
import type { ResponseServices } from "../responses/response-services.ts";
import { hasImages } from "../responses/conversation.ts";
import { generationOf, noImages } from "./agent-completion.ts";
import { about, beginRun, endWithClient } from "./begin-run.ts";
import { assertAnswered } from "./run-answer.ts";
import { streamRun } from "./stream-run.ts";

/**
 * Has an agent answer a request of the Responses API.
 * @throws ServiceError as `beginRun`; what has ended the run; ClientLeft.
 */
export async function agentResponse(
  c: AppContext,
  services: ResponseServices,
  agent: Agent,
  { input, conversation, keep }: ResponseForm,
): Promise<Response> {
  if (hasImages(conversation)) throw noImages("input");
  const { instructions } = input;
  const said = conversation.messages.map(({ images: _images, ...message }) => message);
  const asked = asChat(input);
  const run = await beginRun(c, services, {
    agent,
    messages: instructions ? [{ role: "system", content: instructions }, ...said] : said,
    tools: asked.tools,
    tool_choice: asked.tool_choice,
    options: { ...generationOf(asked), reasoning_effort: asked.reasoning_effort },
    format: asked,
    head: headOf(c, input, keep),
    isDetached: false,
  });
  return told(c, services, input, run);
}

/** The tenant's run that a request goes on with, where its last item is a person's yes or no. */
export function waitingRun(
  input: ResponseInput,
  { agents }: Pick<ResponseServices, "agents">,
  tenant: string,
): LiveRun | undefined {
  const answer = approvalIn(input);
  if (!answer) return undefined;
  const run = agents.runs.waitingWith(answer.approval_request_id, tenant);
  // One who sends the whole conversation again may have answers in it that were taken long ago.
  const saysMore =
    typeof input.input !== "string" && input.input.some(({ type }) => type === "message");
  if (!run && !saysMore) throw nothingWaits(answer.approval_request_id);
  return run;
}

/** Says yes or no to the call that a run waits with, and answers with what follows. */
export function answerApproval(
  c: AppContext,
  services: ResponseServices,
  input: ResponseInput,
  run: LiveRun,
): Promise<Response> {
  const record = c.get("record");
  const { tenant } = record;
  const { memory, agents } = services;
  const answer = approvalIn(input);
  if (!answer) throw new RangeError("nothing is answered");
  const { previous_response_id: id, store } = input;
  const keep = (response: ResponseObject): void => {
    if (store === false) return;
    const turn = { ...keptResponse(response), messages: jsonBytes([]), images: [] };
    memory.set(tenant, response.id, turn, id === undefined ? undefined : memory.get(tenant, id));
  };
  agents.runs.answer(run, {
    callId: answer.approval_request_id,
    approve: answer.approve,
    reason: answer.reason ?? undefined,
    head: headOf(c, input, keep),
    isDetached: false,
  });
  about(record, run);
  return told(c, services, input, run);
}

async function told(
  c: AppContext,
  { agents }: Pick<ResponseServices, "agents">,
  { stream }: ResponseInput,
  run: LiveRun,
): Promise<Response> {
  endWithClient(c, run);
  if (stream) return streamRun(c, agents, run);
  const { writer } = run;
  await run.paused();
  assertAnswered(run);
  return answerJson(c, writer.response ?? {});
}

function headOf(
  c: AppContext,
  input: ResponseInput,
  keep: (response: ResponseObject) => void,
): ResponseHead {
  return { id: responseId(c.get("record")), settings: settingsOf(input), keep };
}

function approvalIn({ input }: ResponseInput) {
  const last = typeof input === "string" ? undefined : input.at(-1);
  return last?.type === "mcp_approval_response" ? last : undefined;
}
