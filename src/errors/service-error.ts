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
