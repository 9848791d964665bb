import { describe, expect, it } from "vitest";
import { ERROR_CODES, type ErrorCode } from "../../../src/errors/codes.ts";
import { dialectOf, renderAsServer, renderError } from "../../../src/errors/render.ts";
import { ClientLeft, isAbort } from "../../../src/errors/abort-reasons.ts";
import { ServerFailure } from "../../../src/errors/server-failure.ts";
import { ServiceError } from "../../../src/errors/service-error.ts";

const tooLarge = new ServiceError("prompt_too_large", "too long", {
  fields: { limit_tokens: 5 },
  param: "prompt",
});
const full = new ServiceError("queue_full", "full");

describe("renderError", () => {
  it("answers service routes with a flat body", () => {
    expect(renderError(full, "service", "id-1")).toEqual({
      status: 503,
      headers: { "retry-after": "2" },
      body: {
        error: "full",
        error_type: "RequestError",
        code: "queue_full",
        request_id: "id-1",
        retry_after: 2,
      },
    });
  });

  it("answers Ollama's routes with `error` as text and our facts beside it", () => {
    expect(renderError(tooLarge, "ollama", "id-1")).toEqual({
      status: 400,
      headers: {},
      body: { error: "too long", code: "prompt_too_large", limit_tokens: 5 },
    });
  });

  it("answers OpenAI's routes with a nested error", () => {
    expect(renderError(tooLarge, "openai", "id-1").body).toEqual({
      error: {
        message: "too long",
        type: "invalid_request_error",
        param: "prompt",
        code: "prompt_too_large",
        limit_tokens: 5,
      },
      request_id: "id-1",
    });
    expect(renderError(full, "openai", "id-1").body).toMatchObject({
      error: { param: null, type: "server_error" },
      retry_after: 2,
    });
  });

  it("answers a route of both kinds of client with what each reads", () => {
    expect(renderError(tooLarge, "both", "id-1").body).toEqual({
      error: {
        message: "too long",
        type: "invalid_request_error",
        param: "prompt",
        code: "prompt_too_large",
        limit_tokens: 5,
      },
      request_id: "id-1",
      error_type: "InvalidRequestError",
      code: "prompt_too_large",
      limit_tokens: 5,
    });
    expect(renderError(full, "both", "id-1").body).toMatchObject({
      retry_after: 2,
      code: "queue_full",
    });
  });

  it("answers Anthropic's routes with a typed error", () => {
    expect(renderError(full, "anthropic", "id-1").body).toEqual({
      type: "error",
      error: { type: "overloaded_error", message: "full", code: "queue_full" },
      request_id: "id-1",
      retry_after: 2,
    });
  });

  it.each([
    ["rate_limit_exceeded", "rate_limit_error", "rate_limit_error"],
    ["model_not_found", "not_found_error", "not_found_error"],
    ["host_not_allowed", "invalid_request_error", "permission_error"],
    ["request_too_large", "invalid_request_error", "request_too_large"],
    ["internal_error", "server_error", "api_error"],
  ] as const)("types %s as OpenAI's %s and Anthropic's %s", (code, openai, anthropic) => {
    const err = new ServiceError(code, "x");
    expect(renderError(err, "openai", "i").body).toMatchObject({ error: { type: openai } });
    expect(renderError(err, "anthropic", "i").body).toMatchObject({ error: { type: anthropic } });
  });

  it.each(["service", "ollama", "openai", "anthropic"] as const)(
    "hides what an unknown error says from %s clients, and gives the request id",
    (dialect) => {
      const { status, body } = renderError(new Error("password=secret"), dialect, "id-7");
      expect(status).toBe(500);
      const text = JSON.stringify(body);
      expect(text).not.toContain("secret");
      expect(text).toContain("internal_error");
      expect(text).toContain("id-7");
    },
  );

  it("takes a thrown value that is no error as internal", () => {
    expect(renderError("boom", "ollama", "id-1").status).toBe(500);
  });

  it("lets an error's own pause replace its code's", () => {
    const err = new ServiceError("queue_full", "x", { retryAfterSec: 9 });
    expect(renderError(err, "service", "i").headers).toEqual({ "retry-after": "9" });
  });
});

it("every code that asks for patience is a 429 or 503", () => {
  const patient = (Object.keys(ERROR_CODES) as ErrorCode[])
    .map((code) => new ServiceError(code, "x"))
    .filter((err) => err.retryAfterSec !== undefined);
  expect(patient.map((err) => err.status).filter((s) => s !== 429 && s !== 503)).toEqual([]);
  expect(patient.length).toBeGreaterThan(3);
});

it.each([
  ["/v1/messages", "anthropic"],
  ["/v1/messages/count_tokens", "anthropic"],
  ["/v1/messagesx", "openai"],
  ["/v1/chat/completions", "openai"],
  ["/api/v1/chat/completions", "openai"],
  ["/api/v1/responses", "openai"],
  ["/api/v1/responses/resp_1", "openai"],
  ["/api/v1/responsesx", "service"],
  ["/api/v1/chat", "service"],
  ["/api/v1", "service"],
  ["/api/chat", "ollama"],
  ["/api/v10/chat", "ollama"],
  ["/", "service"],
  ["/metrics", "service"],
  ["/api/v1/embeddings", "both"],
  ["/api/v1/embeddings/similarity", "service"],
  ["/api/v1/models", "service"],
  ["/api/v1/models/ps", "service"],
  ["/api/v1/models/fake:latest/show", "service"],
  ["/api/v1/models/hf.co/ada/own/show", "service"],
  ["/api/v1/models/fake:latest", "openai"],
  ["/api/v1/models/hf.co/ada/own:1", "openai"],
  ["/api/v1/models/show", "openai"],
  ["/api/v1/models/create", "service"],
  ["/api/v1/models/pull", "service"],
  ["/api/v1/models/pull/ada/own:1", "service"],
  ["/api/v1/models/ada/own:1/copy", "service"],
  ["/api/v1/models/a/b:1/pin", "service"],
  ["/api/v1/models/a\r\n/pin", "service"],
  ["/api/v1/models/\r", "openai"],
  ["/api/v1/models/created", "openai"],
])("dialectOf(%s) is %s", (path, dialect) => {
  expect(dialectOf(path)).toBe(dialect);
});

it.each([
  [new ClientLeft(), true],
  [new DOMException("x", "AbortError"), true],
  [new Error("x"), false],
  [new ServiceError("queue_full", "x"), false],
  ["AbortError", false],
])("isAbort(%o) is %s", (err, expected) => {
  expect(isAbort(err)).toBe(expected);
});

describe("renderAsServer", () => {
  const failure = new ServerFailure(500, { code: "upstream_unavailable", message: "no memory" });

  it.each([
    ["ollama", { error: "no memory" }],
    ["openai", { error: { message: "no memory", type: "api_error", param: null, code: null } }],
    [
      "anthropic",
      { type: "error", error: { type: "api_error", message: "no memory" }, request_id: "id-1" },
    ],
  ] as const)("answers in the server's own words in the dialect %s", (dialect, body) => {
    expect(renderAsServer(failure, dialect, "id-1")).toEqual({ status: 500, body });
  });
});
