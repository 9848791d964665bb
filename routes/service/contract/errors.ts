import { z } from "@hono/zod-openapi";
import { ERROR_CODES, factsOf, type ErrorCode } from "../../../src/errors/codes.ts";
import { type Dialect, renderError } from "../../../src/errors/render.ts";
import { ServiceError } from "../../../src/errors/service-error.ts";
import { headerRefs } from "./headers.ts";

export const CODES = Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]];

export const ServiceErrorBody = z
  .looseObject({
    error: z.string(),
    error_type: z.string(),
    code: z.enum(CODES),
    request_id: z.uuid(),
    retry_after: z.int().optional().openapi({ description: "Seconds" }),
  })
  .openapi("Error");

export const OpenAIErrorBody = z
  .looseObject({
    error: z.looseObject({
      message: z.string(),
      type: z.string(),
      param: z.string().nullable(),
      code: z.enum(CODES),
    }),
    request_id: z.uuid(),
    retry_after: z.int().optional().openapi({ description: "Seconds" }),
  })
  .openapi("OpenAIError");

/** For the route that clients of both kinds post to. */
const EmbeddingErrorBody = z
  // Not extended: oapi-codegen cannot join two schemas that take further fields.
  .looseObject({ ...OpenAIErrorBody.shape, error_type: z.string(), code: z.enum(CODES) })
  .openapi("EmbeddingError");

const SCHEMAS = {
  service: ServiceErrorBody,
  openai: OpenAIErrorBody,
  both: EmbeddingErrorBody,
} as const;

/** The dialects that routes of the document have. */
type DocumentedDialect = keyof typeof SCHEMAS & Dialect;

const EXAMPLE_ID = "7f1f9c0e-3b5a-4d53-9d7e-0a2d5f6e8c11";

/** Any route of `/api/v1` can answer these. */
const EVERYWHERE: ErrorCode[] = [
  "invalid_project_name",
  "host_not_allowed",
  "origin_not_allowed",
  "internal_error",
];

/** The further codes of routes that run inference. */
export const INFERENCE_CODES: ErrorCode[] = [
  "invalid_request",
  "prompt_too_large",
  "model_not_allowed",
  "model_not_found",
  "upload_stalled",
  "cancelled",
  "request_too_large",
  "validation_error",
  "rate_limit_exceeded",
  "tenant_limit_exceeded",
  "queue_full",
  "wait_too_long",
  "request_timeout",
  "insufficient_memory",
  "schema_mismatch",
  "upstream_unavailable",
  "upstream_timeout",
  "shutting_down",
];

/** Those of routes where a model may be an agent. */
export const AGENT_CODES: ErrorCode[] = ["agent_not_found", "mcp_unavailable"];

/** The further codes of batches. */
export const BATCH_CODES: ErrorCode[] = [
  "invalid_request",
  "model_not_allowed",
  "batch_too_large",
  "upload_stalled",
  "cancelled",
  "request_too_large",
  "validation_error",
  "rate_limit_exceeded",
  "tenant_limit_exceeded",
  "queue_full",
  "shutting_down",
];

/** The error answers of a route for the document, made from the one table of codes. */
export function errorResponses(codes: ErrorCode[], dialect: DocumentedDialect = "service") {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of [...EVERYWHERE, ...codes]) {
    const { status } = factsOf(code);
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, listed]) => [status, errorResponse(listed, dialect)]),
  );
}

function errorResponse(codes: ErrorCode[], dialect: DocumentedDialect) {
  const schema = SCHEMAS[dialect];
  const retries = codes.some((code) => factsOf(code).retryAfterSec !== undefined);
  return {
    description: codes.map((code) => `\`${code}\`: ${factsOf(code).about}`).join(" "),
    ...(retries ? { headers: headerRefs(["Retry-After"]) } : {}),
    content: {
      "application/json": {
        schema,
        examples: Object.fromEntries(
          codes.map((code) => [code, { value: exampleBody(code, dialect) }]),
        ),
      },
    },
  };
}

function exampleBody(code: ErrorCode, dialect: DocumentedDialect) {
  return renderError(new ServiceError(code, factsOf(code).about), dialect, EXAMPLE_ID).body;
}
