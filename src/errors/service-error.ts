import { cut, TEXT_LIMITS } from "../runtime/text-limits.ts";
import { factsOf, type ErrorCode } from "./codes.ts";

interface ErrorDetails {
  /** Whole seconds; replaces the code's own figure. */
  retryAfterSec?: number;
  cause?: unknown;
  /** Extra fields of the body, such as `limit_bytes`. */
  fields?: Record<string, unknown>;
  /** The request's field at fault (OpenAI's `param`). */
  param?: string;
}

/**
 * The one error class of the service. Its message is shown to clients and logged; it may quote
 * them, or the inference server, and is cut to a bounded length.
 */
export class ServiceError extends Error {
  readonly code: ErrorCode;
  readonly retryAfterSec: number | undefined;
  readonly fields: Record<string, unknown> | undefined;
  readonly param: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(
      cut(message, TEXT_LIMITS.errorMessage),
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.name = "ServiceError";
    this.code = code;
    this.retryAfterSec = details.retryAfterSec ?? factsOf(code).retryAfterSec;
    this.fields = details.fields;
    this.param = details.param && cut(details.param, TEXT_LIMITS.errorParam);
  }

  get status(): number {
    return factsOf(this.code).status;
  }
}

/** Whether this is an abort: a client that left, or work of ours that was called off. */
export function isAbort(err: unknown): boolean {
  return err instanceof Error && (err.name === "AbortError" || err.name === "ClientLeft");
}

/** Whether this is a request's hard stop. */
export function isHardStop(err: unknown): boolean {
  return err instanceof ServiceError && err.code === "request_timeout";
}

/** Why nobody waits for an answer any more: the client has left, or its hard stop was reached. */
export type LeaveReason = "gone" | "late";

/** The reason a request's signal carries when its client has gone. Nobody reads the answer. */
export class ClientLeft extends Error {
  readonly why: LeaveReason;

  constructor(why: LeaveReason = "gone") {
    super("the client left");
    this.name = "ClientLeft";
    this.why = why;
  }
}
