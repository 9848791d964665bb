import type { RequestRecord } from "../requests/request-record.ts";
import { awakeNow } from "../runtime/awake-clock.ts";
import { threeDecimals } from "../runtime/three-decimals.ts";
import type { RunStep } from "../../workers/request-store/agents/kept-run.ts";

/** A step that was begun. */
export interface BegunStep {
  readonly startedAtMs: number;
  readonly since: number;
}

export function beginStep(): BegunStep {
  return { startedAtMs: Date.now(), since: awakeNow() };
}

/** How long it has taken, in milliseconds with three decimals. */
export function tookMs({ since }: BegunStep): number {
  return threeDecimals(awakeNow() - since);
}

/** A model turn that has ended, by the record of its request. */
export function modelStep(record: RequestRecord, outcome: string, text?: string): RunStep {
  const { call } = record;
  return {
    kind: "model",
    requestId: record.id,
    startedAtMs: record.startedAtMs,
    tookMs: record.latencyMs,
    queueMs: threeDecimals(call.queueMs),
    loadMs: threeDecimals(call.loadMs),
    inferenceMs: threeDecimals(call.costMs),
    inputTokens: call.usage?.inputTokens,
    outputTokens: call.usage?.outputTokens,
    outcome,
    text,
  };
}
