interface CodeFacts {
  status: number;
  /** `error_type` of the service's own dialect. */
  type: string;
  /** Whole seconds a client should wait before it tries again. */
  retryAfterSec?: number;
  about: string;
}

/**
 * Every error code of the service, with the status it travels under and the type names of the
 * dialects. The OpenAPI document and docs/errors.md are made from this table.
 */
export const ERROR_CODES = {
  invalid_request: { status: 400, type: "InvalidRequestError", about: "A value cannot be used." },
  prompt_too_large: {
    status: 400,
    type: "InvalidRequestError",
    about:
      "The prompt is estimated above the limit (4 characters a token), or does not fit the model's context.",
  },
  model_not_allowed: {
    status: 400,
    type: "InvalidRequestError",
    about: "The model is outside ALLOWED_MODELS.",
  },
  batch_too_large: {
    status: 400,
    type: "InvalidRequestError",
    about: "The batch has more items than it may.",
  },
  invalid_project_name: {
    status: 400,
    type: "InvalidRequestError",
    about: "The project in X-Project-Name or in the URL is not a name.",
  },
  host_not_allowed: {
    status: 403,
    type: "ForbiddenError",
    about: "The Host header names neither this machine nor an ALLOWED_HOSTS entry.",
  },
  origin_not_allowed: {
    status: 403,
    type: "ForbiddenError",
    about: "The web page's origin is not allowed; OLLAMA_ORIGINS widens the list.",
  },
  forbidden: {
    status: 403,
    type: "ForbiddenError",
    about: "The operator has not allowed this.",
  },
  model_not_found: { status: 404, type: "NotFoundError", about: "The server lacks the model." },
  agent_not_found: {
    status: 404,
    type: "NotFoundError",
    about: "There is no agent of that name, or it is another tenant's own.",
  },
  previous_response_not_found: {
    status: 404,
    type: "NotFoundError",
    about:
      "The response that the request goes on from, or one of its items, is not kept, or not any more.",
  },
  not_found: {
    status: 404,
    type: "NotFoundError",
    about: "There is no such route, or nothing of that name.",
  },
  method_not_allowed: {
    status: 405,
    type: "InvalidRequestError",
    about: "The route exists under another method.",
  },
  upload_stalled: {
    status: 408,
    type: "TimeoutError",
    about: "The request's body stopped arriving.",
  },
  model_in_use: {
    status: 409,
    type: "RequestError",
    about: "The model works on requests, or is pinned.",
  },
  approval_mismatch: {
    status: 409,
    type: "RequestError",
    about: "No call of the run waits for this answer, or it is one with other arguments.",
  },
  agent_exists: {
    status: 409,
    type: "RequestError",
    about: "The tenant has an agent of that name, or, of those that everyone sees, another has it.",
  },
  agent_limit_reached: {
    status: 409,
    type: "RequestError",
    about: "The tenant, or the service, has as many agents as are kept.",
  },
  cancelled: { status: 409, type: "RequestError", about: "Somebody has called it off." },
  request_too_large: {
    status: 413,
    type: "InvalidRequestError",
    about: "The body is above the limit.",
  },
  validation_error: {
    status: 422,
    type: "ValidationError",
    about: "Broken JSON, an unknown field, or a value outside its range.",
  },
  rate_limit_exceeded: {
    status: 429,
    type: "RateLimitExceeded",
    retryAfterSec: 60,
    about: "The route's requests of this minute are spent.",
  },
  tenant_limit_exceeded: {
    status: 429,
    type: "RateLimitExceeded",
    retryAfterSec: 2,
    about: "The tenant has as many requests in flight as it may.",
  },
  internal_error: { status: 500, type: "InternalError", about: "A mistake of ours." },
  schema_mismatch: {
    status: 502,
    type: "SchemaMismatchError",
    about: "The answer does not match the schema that it is held to, in a second round neither.",
  },
  queue_full: {
    status: 503,
    type: "RequestError",
    retryAfterSec: 2,
    about:
      "The shared queue, the one for images to compress, or the memory for bodies is full, or as many pulls run, or follow the events, as may.",
  },
  wait_too_long: {
    status: 503,
    type: "RequestError",
    retryAfterSec: 2,
    about:
      "The request would wait longer than X-Shared-Ollama-Max-Wait, or than its hard stop, allows.",
  },
  request_timeout: {
    status: 503,
    type: "TimeoutError",
    retryAfterSec: 2,
    about: "The hard stop for waiting and running was reached.",
  },
  upstream_unavailable: {
    status: 503,
    type: "ConnectionError",
    retryAfterSec: 2,
    about: "The inference server is away, or failed.",
  },
  insufficient_memory: {
    status: 503,
    type: "InsufficientMemoryError",
    about: "The model cannot be in memory, whatever may be unloaded for it.",
  },
  mcp_unavailable: {
    status: 503,
    type: "ConnectionError",
    retryAfterSec: 2,
    about: "An MCP server of config/mcp.yaml does not come up, or as many run as may.",
  },
  shutting_down: {
    status: 503,
    type: "RequestError",
    retryAfterSec: 5,
    about: "The service is stopping.",
  },
  upstream_timeout: {
    status: 504,
    type: "TimeoutError",
    about: "The inference server, or what stands before it, did not answer in time.",
  },
  insufficient_storage: {
    status: 507,
    type: "InsufficientStorageError",
    about:
      "Too little of the models' disk would be left free, or the one that agents are kept on is full.",
  },
} as const satisfies Record<string, CodeFacts>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** What the table knows of a code. */
export function factsOf(code: ErrorCode): CodeFacts {
  return ERROR_CODES[code];
}
