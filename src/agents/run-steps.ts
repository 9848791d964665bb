import type { RequestRecord } from "../requests/request-record.ts";
import { rounded } from "../requests/ended-request.ts";
import type { RunStep } from "./kept-run.ts";

/** A step that was begun. */
export interface BegunStep {
  readonly startedAtMs: number;
  readonly since: number;
}

export function beginStep(): BegunStep {
  return { startedAtMs: Date.now(), since: performance.now() };
}

/** How long it has taken, in milliseconds with three decimals. */
export function tookMs({ since }: BegunStep): number {
  return rounded(performance.now() - since) ?? 0;
}

/** A model turn that has ended, by the record of its request. */
export function modelStep(record: RequestRecord, outcome: string, text?: string): RunStep {
  const { call } = record;
  return {
    kind: "model",
    requestId: record.id,
    startedAtMs: record.startedAtMs,
    tookMs: record.latencyMs,
    queueMs: rounded(call.queueMs),
    loadMs: rounded(call.loadMs),
    inferenceMs: rounded(call.costMs),
    inputTokens: call.usage?.inputTokens,
    outputTokens: call.usage?.outputTokens,
    outcome,
    text,
  };
}

/** A step as clients are told of it. */
export function stepFacts(step: RunStep) {
  const common = {
    kind: step.kind,
    started_at: new Date(step.startedAtMs).toISOString(),
    took_ms: step.tookMs,
    outcome: step.outcome,
    text: step.text ?? null,
  };
  if (step.kind === "tool") {
    return {
      ...common,
      server: step.server ?? null,
      tool: step.tool ?? null,
      args: step.args ?? null,
    };
  }
  return {
    ...common,
    request_id: step.requestId ?? null,
    queue_ms: step.queueMs ?? null,
    load_ms: step.loadMs ?? null,
    inference_ms: step.inferenceMs ?? null,
    input_tokens: step.inputTokens ?? null,
    output_tokens: step.outputTokens ?? null,
  };
}
