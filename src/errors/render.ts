import { factsOf } from "./codes.ts";
import type { ServerFailure } from "./server-failure.ts";
import { ServiceError } from "./service-error.ts";

/**
 * The shapes an error body can have. The path alone decides: a client has to know what it reads
 * whatever was wrong with what it sent. `both` is OpenAI's with the service's `error_type` and
 * `code` beside it, for a route that takes both kinds of body: OpenAI's clients read
 * `error.message`, the service's own tell errors apart by `code`.
 */
export type Dialect = "service" | "ollama" | "openai" | "both" | "anthropic";

/** An error as an HTTP answer. */
export interface RenderedError {
  status: number;
  body: Record<string, unknown>;
  headers: Record<string, string>;
}

/** The service's own routes that take and answer what OpenAI's do. */
const OPENAI_ROUTES = new Set([
  "/api/v1/chat/completions",
  "/api/v1/vlm/openai",
  "/api/v1/batch/chat/completions",
  "/api/v1/batch/vlm/completions",
  "/api/v1/responses",
]);

/** What is asked of a kept response. */
const KEPT_RESPONSE = "/api/v1/responses/";

/**
 * What stands behind `/api/v1/models/` and names no model alone, as a regular expression: the routes
 * beside `{name}`, whose name may hold slashes.
 */
export const BESIDE_MODEL_NAMES = String.raw`(?:ps|create|pull)$|pull\/|[^]*\/(?:show|copy|load|unload|pin)$`;

/** `/api/v1/models/{name}` is OpenAI's. */
const OPENAI_MODEL = new RegExp(String.raw`^\/api\/v1\/models\/(?!${BESIDE_MODEL_NAMES})[^]`);

/** The dialect a path is answered in. */
export function dialectOf(path: string): Dialect {
  if (path === "/v1/messages" || path.startsWith("/v1/messages/")) return "anthropic";
  if (path.startsWith("/v1/")) return "openai";
  if (OPENAI_ROUTES.has(path) || OPENAI_MODEL.test(path)) return "openai";
  if (path.startsWith(KEPT_RESPONSE)) return "openai";
  if (path === "/api/v1/embeddings") return "both";
  if (path.startsWith("/api/v1/") || path === "/api/v1") return "service";
  if (path.startsWith("/api/")) return "ollama";
  return "service";
}

/**
 * The answer for an error in a path's dialect. Unknown errors become `internal_error` with a
 * message that gives the request id and nothing of the inside.
 */
export function renderError(err: unknown, dialect: Dialect, requestId: string): RenderedError {
  const e = toServiceError(err, requestId);
  const headers: Record<string, string> = {};
  if (e.retryAfterSec !== undefined) headers["retry-after"] = String(e.retryAfterSec);
  return { status: e.status, body: errorBody(e, dialect, requestId), headers };
}

/**
 * The answer that the inference server itself would have given to a request in one of its dialects,
 * of which another call has met the failure. Its status and words are told, and nothing else.
 */
export function renderAsServer(
  { serverStatus: status, message }: ServerFailure,
  dialect: Dialect,
  requestId: string,
): Pick<RenderedError, "status" | "body"> {
  switch (dialect) {
    case "openai":
    case "both":
      return { status, body: { error: { message, type: "api_error", param: null, code: null } } };
    case "anthropic": {
      const error = { type: "api_error", message };
      return { status, body: { type: "error", error, request_id: requestId } };
    }
    case "ollama":
    case "service":
      return { status, body: { error: message } };
  }
}

function errorBody(e: ServiceError, dialect: Dialect, requestId: string): Record<string, unknown> {
  const retry = e.retryAfterSec === undefined ? {} : { retry_after: e.retryAfterSec };
  switch (dialect) {
    case "service":
      return {
        error: e.message,
        error_type: factsOf(e.code).type,
        code: e.code,
        request_id: requestId,
        ...retry,
        ...e.fields,
      };
    case "ollama":
      return { error: e.message, code: e.code, ...retry, ...e.fields };
    case "openai":
      return openaiBody(e, requestId, retry);
    case "both":
      return {
        ...openaiBody(e, requestId, retry),
        error_type: factsOf(e.code).type,
        code: e.code,
        ...e.fields,
      };
    case "anthropic":
      return {
        type: "error",
        error: { type: anthropicType(e.status), message: e.message, code: e.code, ...e.fields },
        request_id: requestId,
        ...retry,
      };
  }
}

function openaiBody(e: ServiceError, requestId: string, retry: object): Record<string, unknown> {
  const type = openaiType(e.status);
  return {
    error: { message: e.message, type, param: e.param ?? null, code: e.code, ...e.fields },
    request_id: requestId,
    ...retry,
  };
}

/** Any thrown value as a ServiceError. */
export function toServiceError(err: unknown, requestId: string): ServiceError {
  if (err instanceof ServiceError) return err;
  return new ServiceError("internal_error", `Internal error; request id ${requestId}`, {
    cause: err,
  });
}

function openaiType(status: number): string {
  if (status === 404) return "not_found_error";
  if (status === 429) return "rate_limit_error";
  return status < 500 ? "invalid_request_error" : "server_error";
}

function anthropicType(status: number): string {
  if (status === 403) return "permission_error";
  if (status === 404) return "not_found_error";
  if (status === 413) return "request_too_large";
  if (status === 429) return "rate_limit_error";
  if (status === 503) return "overloaded_error";
  return status < 500 ? "invalid_request_error" : "api_error";
}
