import type { LiveRun } from "../../../src/agents/live-run.ts";
import type { RunReader } from "../../../src/agents/run-reader.ts";
import { stepFacts } from "../../../src/agents/agent-facts.ts";
import type { ToolCall } from "../../../src/dialects/messages.ts";
import { ClientLeft } from "../../../src/errors/abort-reasons.ts";
import { toServiceError } from "../../../src/errors/render.ts";
import { ServiceError } from "../../../src/errors/service-error.ts";
import type { OllamaAnswer } from "../../../src/inference/answers.ts";
import type { RequestRecord } from "../../../src/requests/request-record.ts";
import { threeDecimals } from "../../../src/runtime/three-decimals.ts";

/** What calls wait for a person, as clients are told. */
export function approvalsOf({ approval }: LiveRun) {
  if (!approval) return [];
  const { callId, server, tool, args, argsSha256 } = approval;
  return [{ call_id: callId, server, tool, arguments: args, arguments_sha256: argsSha256 }];
}

/** How a run went, in the service's own form (contract §3.9). @throws as `assertAnswered`. */
export function runAnswer(run: LiveRun, record: RequestRecord) {
  assertAnswered(run);
  const { calls = null, text, agent, id, status, reason } = run;
  const approvals = approvalsOf(run);
  return {
    agent: agent.name,
    run_id: id,
    status,
    ...(reason ? { reason } : {}),
    response: text,
    message: { role: "assistant", content: text, tool_calls: calls, tool_call_id: null },
    ...(calls ? { tool_calls: calls } : {}),
    ...(approvals.length > 0 ? { approvals } : {}),
    steps: run.steps.map(stepFacts),
    ...figuresOf(run, record),
  };
}

/** The metrics block of all of a run's turns together (contract §2.5). */
function figuresOf({ steps, model }: LiveRun, record: RequestRecord) {
  const turns = steps.filter(({ kind }) => kind === "model");
  const sum = (of: (step: (typeof turns)[number]) => number | undefined): number =>
    threeDecimals(turns.reduce((total, step) => total + (of(step) ?? 0), 0));
  const loadMs = sum((step) => step.loadMs);
  return {
    model,
    request_id: record.id,
    latency_ms: record.latencyMs,
    model_load_ms: loadMs,
    model_warm_start: loadMs === 0,
    prompt_eval_count: sum((step) => step.inputTokens),
    generation_eval_count: sum((step) => step.outputTokens),
    total_duration_ms: sum((step) => step.inferenceMs),
  };
}

/**
 * Lets a run pass that has come to something: an answer, a limit, or a call that waits.
 * @throws ServiceError what has ended it, with its id; ClientLeft.
 */
export function assertAnswered({ id, status, error }: LiveRun): void {
  if (status !== "failed" && status !== "cancelled" && status !== "interrupted") return;
  if (error instanceof ClientLeft) throw error;
  const { code, message, retryAfterSec, fields, param } = toServiceError(error, id);
  throw new ServiceError(code, message, {
    ...(retryAfterSec === undefined ? {} : { retryAfterSec }),
    ...(param === undefined ? {} : { param }),
    fields: { ...fields, run_id: id },
    cause: error,
  });
}

/** A run as the lines that one model would have said, up to its end. @throws as `assertAnswered`. */
export async function* runLines(run: LiveRun, reader: RunReader): AsyncGenerator<OllamaAnswer> {
  for await (const content of reader.deltas()) {
    yield { message: { role: "assistant", content }, done: false };
  }
  if (reader.dropped !== undefined) throw new ServiceError("cancelled", reader.dropped);
  await run.ended();
  assertAnswered(run);
  yield lastLine(run);
}

/** The same as one answer. */
export async function wholeRun(run: LiveRun, reader: RunReader): Promise<OllamaAnswer> {
  let content = "";
  let last: OllamaAnswer = {};
  for await (const line of runLines(run, reader)) {
    const { message } = line as { message: { content: string } };
    content += message.content;
    last = line;
  }
  return { ...last, message: { ...(last["message"] as object), content } };
}

function lastLine(run: LiveRun): OllamaAnswer {
  const { steps, calls, status, reason } = run;
  const tokens = (of: "inputTokens" | "outputTokens"): number =>
    steps.reduce((sum, step) => sum + (step[of] ?? 0), 0);
  const isCut = status === "incomplete" && reason?.code !== "tool_calls";
  return {
    message: {
      role: "assistant",
      content: "",
      ...(calls ? { tool_calls: calls.map(ollamaCall) } : {}),
    },
    done: true,
    done_reason: isCut ? "length" : "stop",
    prompt_eval_count: tokens("inputTokens"),
    eval_count: tokens("outputTokens"),
    shared_ollama: run.facts(),
  };
}

function ollamaCall(call: ToolCall): object {
  const called =
    call.type === "function" ? call.function : { name: call.custom.name, arguments: "{}" };
  return { id: call.id, function: called };
}
