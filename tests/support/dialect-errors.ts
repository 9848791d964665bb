import { expect } from "vitest";
import { jsonOf } from "./service.ts";

/** Inference in each of the four shapes that errors can have. */
export const DIALECTS = [
  { name: "the service's", path: "/api/v1/chat" },
  { name: "OpenAI's under /api/v1", path: "/api/v1/chat/completions" },
  { name: "Ollama's", path: "/api/chat" },
  { name: "OpenAI's", path: "/v1/chat/completions" },
  { name: "Anthropic's", path: "/v1/messages" },
];

interface ExpectedError {
  status: number;
  code: string;
  /** Whole seconds; several where it depends on the moment. */
  retryAfter?: number | number[];
}

/** The answer is an error in the dialect of its path, with `Retry-After` where that is due. */
export async function expectErrorOf(
  path: string,
  answer: Response,
  { status, code, retryAfter }: ExpectedError,
): Promise<Record<string, unknown>> {
  const body = await jsonOf(answer);
  const told = answer.headers.get("retry-after");
  expect([retryAfter].flat().map((sec) => sec?.toString() ?? null)).toContain(told);
  const retry = told === null ? {} : { retry_after: Number(told) };
  const requestId = answer.headers.get("x-shared-ollama-request-id");
  const message = expect.any(String) as string;
  const id = { request_id: requestId, ...retry };
  if (path.startsWith("/v1/messages")) {
    expect(body).toMatchObject({ type: "error", error: { message, code }, ...id });
  } else if (path.endsWith("/chat/completions") || path.endsWith("/vlm/openai")) {
    expect(body).toMatchObject({ error: { message, code }, ...id });
    expect(body["error"]).toHaveProperty("param");
  } else if (path === "/api/v1/embeddings") {
    expect(body).toMatchObject({ error: { message, code }, code, ...id });
  } else if (path.startsWith("/api/v1/")) {
    expect(body).toMatchObject({ error: message, code, ...id });
  } else {
    expect(body).toMatchObject({ error: message, code, ...retry });
  }
  expect(answer.status).toBe(status);
  return body;
}
