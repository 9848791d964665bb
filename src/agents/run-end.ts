import { ClientLeft } from "../errors/abort-reasons.ts";
import { toServiceError } from "../errors/render.ts";
import { ServiceError } from "../errors/service-error.ts";
import type { RunStatus } from "../../workers/request-store/agents/kept-run.ts";

/** Why a run ended that did not complete. */
export interface RunReason {
  readonly code: string;
  readonly message: string;
}

/** What ends a run before its model has answered, by no error of the service. */
export const RUN_ENDS = {
  tool_calls: "The model calls functions that the client runs; send their outputs to go on",
  max_steps: "The run has had as many model turns as max_steps allows",
  max_tool_calls: "The run has made as many tool calls as max_tool_calls allows",
  timeout: "The run has taken as long as timeout_sec allows",
  max_output_tokens: "The model's answer was cut off at its longest length",
  repeated_calls: "The model has made the same call three times, with the same result",
  unknown_tool: "The model keeps calling tools that there are not",
  broken_arguments: "The model keeps calling tools with arguments that are no JSON object",
  approval_expired: "Nobody has approved or denied a call in time",
} as const;

type RunEndCode = keyof typeof RUN_ENDS;

/** Ends a run as `incomplete`. */
export class RunEnd extends Error {
  readonly code: RunEndCode;

  constructor(code: RunEndCode) {
    super(RUN_ENDS[code]);
    this.name = "RunEnd";
    this.code = code;
  }
}

/** How a run ended that something was thrown in. */
export function endingOf(err: unknown, runId: string): { status: RunStatus; reason: RunReason } {
  if (err instanceof RunEnd) {
    return { status: "incomplete", reason: { code: err.code, message: err.message } };
  }
  if (err instanceof ClientLeft) {
    const message = "Its client left";
    return { status: "cancelled", reason: { code: "client_left", message } };
  }
  const { code, message } = toServiceError(err, runId);
  const status = STATUS_OF[code] ?? "failed";
  return { status, reason: { code, message } };
}

const STATUS_OF: Readonly<Record<string, RunStatus>> = {
  cancelled: "cancelled",
  shutting_down: "interrupted",
};

/** What a model turn's own record says of an end that is none of its errors. */
export function turnFailure(err: unknown): unknown {
  return err instanceof RunEnd ? new ServiceError("cancelled", err.message) : err;
}
