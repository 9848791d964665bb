import { expect, it } from "vitest";
import { documentedAnswers } from "../../support/documented-answers.ts";
import { watchedFetch } from "../../support/watched-fetch.ts";

const ID = "7f1f9c0e-3b5a-4d53-9d7e-0a2d5f6e8c11";
const JSON_TYPE = "application/json";
const EVENTS = "text/event-stream; charset=utf-8";

const NATIVE_ERROR = {
  error: "too many",
  error_type: "RateLimitExceeded",
  code: "rate_limit_exceeded",
  request_id: ID,
};
const OPENAI_ERROR = {
  error: { message: "m", type: "t", param: null, code: "rate_limit_exceeded" },
  request_id: ID,
};
const PIECE = { chunk: "a", role: "assistant", model: "fake", request_id: ID, done: false };

interface Given {
  method?: string;
  path: string;
  status?: number;
  type?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/** Fetches an answer that is made up. @returns what was told of it, and what the caller read. */
async function fetched(given: Given) {
  const { method = "GET", path, status = 200, type = JSON_TYPE, headers } = given;
  const body = typeof given.body === "object" ? JSON.stringify(given.body) : given.body;
  const told: string[] = [];
  const pending: Promise<void>[] = [];
  const answer = new Response(method === "HEAD" ? null : (body as string | undefined), {
    status,
    headers: {
      "x-shared-ollama-request-id": ID,
      ...(type === "" ? {} : { "content-type": type }),
      ...(typeof body === "string" ? { "content-length": String(body.length) } : {}),
      ...headers,
    },
  });
  Object.defineProperty(answer, "url", { value: `http://127.0.0.1:1${path}` });
  const watched = watchedFetch((() => Promise.resolve(answer)) as unknown as typeof fetch, {
    check: (head) => documentedAnswers().check(head),
    onDifference: (what) => void told.push(what),
    onPending: (read) => void pending.push(read),
  });
  const read = await (await watched(answer.url, { method })).text();
  await Promise.all(pending);
  return { told, read };
}

const WHOLE: [string, Given][] = [
  ["an answer", { path: "/api/v1/ready", body: { status: "ready" } }],
  ["an error", { method: "POST", path: "/api/v1/chat", status: 429, body: NATIVE_ERROR }],
  [
    "an error in OpenAI's form",
    { method: "POST", path: "/api/v1/chat/completions", status: 429, body: OPENAI_ERROR },
  ],
  [
    "an unknown path",
    { path: "/api/v1/nothing", status: 404, body: { ...NATIVE_ERROR, code: "not_found" } },
  ],
  [
    "a path under another method",
    {
      method: "PUT",
      path: "/api/v1/models/a%2Fb/show",
      status: 405,
      body: { ...NATIVE_ERROR, code: "method_not_allowed" },
    },
  ],
  ["a preflight", { method: "OPTIONS", path: "/api/v1/chat", status: 204, type: "" }],
  ["HEAD", { method: "HEAD", path: "/api/v1/health" }],
  [
    "a stream",
    {
      method: "POST",
      path: "/api/v1/chat",
      type: EVENTS,
      body: `:\n\ndata: ${JSON.stringify(PIECE)}\n\ndata: {"cut`,
    },
  ],
  ["what passes through", { path: "/api/tags", status: 418, type: "text/plain", body: "teapot" }],
];

it.each(WHOLE)("finds nothing in %s that is as documented", async (_, given) => {
  const { told, read } = await fetched(given);
  expect(told).toEqual([]);
  const { body = "" } = given;
  const sent = typeof body === "string" ? body : JSON.stringify(body);
  expect(read).toBe(given.method === "HEAD" ? "" : sent);
});

const WRONG: [string, Given, RegExp][] = [
  [
    "a status",
    { path: "/api/v1/ready", status: 418, body: NATIVE_ERROR },
    /^GET \/api\/v1\/ready 418: the document has no status 418 here$/,
  ],
  [
    "a content type",
    { path: "/api/v1/ready", type: "text/plain", body: "ready" },
    /^GET \/api\/v1\/ready 200: the document has no 'text\/plain' with status 200$/,
  ],
  [
    "a body",
    { path: "/api/v1/ready", body: { status: "almost" } },
    /^GET \/api\/v1\/ready 200: body\/status must be equal to one of .*: {"status":"almost"}$/,
  ],
  [
    "a field that it lacks",
    { path: "/api/v1/ready", body: { status: "ready", since: 1 } },
    /^GET \/api\/v1\/ready 200: body must NOT have additional properties/,
  ],
  ["what is no JSON", { path: "/api/v1/ready", body: "ready" }, / 200: no JSON: ready$/],
  [
    "an error in another path's form",
    { method: "POST", path: "/api/v1/chat", status: 429, body: OPENAI_ERROR },
    /^POST \/api\/v1\/chat 429: body must have required property 'error_type'/,
  ],
  [
    "a code that belongs to another status",
    {
      method: "POST",
      path: "/api/v1/chat",
      status: 429,
      body: { ...NATIVE_ERROR, code: "queue_full" },
    },
    / 429: the document does not name the code queue_full$/,
  ],
  [
    "an event",
    {
      method: "POST",
      path: "/api/v1/chat",
      type: EVENTS,
      body: `data: ${JSON.stringify({ ...PIECE, chunk: 1 })}\n\n`,
    },
    /^POST \/api\/v1\/chat 200: body\/chunk must be string/,
  ],
  [
    "an unknown path's answer",
    { path: "/api/v1/nothing", body: {} },
    /^GET \/api\/v1\/nothing 200: 200, where a path that the document lacks is 404$/,
  ],
  [
    "another method's answer",
    { method: "POST", path: "/api/v1/models/a/show", status: 404, body: NATIVE_ERROR },
    / 404: 404, where a method that the document lacks is 405$/,
  ],
];

it.each(WRONG)("tells %s that is not as documented", async (_, given, says) => {
  const { told, read } = await fetched(given);
  expect(told).toEqual([expect.stringMatching(says)]);
  expect(read).not.toBe("");
});

it("reads no more of a stream than its caller does, and leaves with it", async () => {
  const events: string[] = [];
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        events.push("read");
        controller.enqueue(new TextEncoder().encode(`data: ${JSON.stringify(PIECE)}\n\n`));
      },
      cancel: (reason) => void events.push(`left: ${reason}`),
    },
    { highWaterMark: 0 },
  );
  const answer = new Response(body, {
    headers: { "x-shared-ollama-request-id": ID, "content-type": EVENTS },
  });
  Object.defineProperty(answer, "url", { value: "http://127.0.0.1:1/api/v1/chat" });
  const watched = watchedFetch((() => Promise.resolve(answer)) as unknown as typeof fetch, {
    check: (head) => documentedAnswers().check(head),
    onDifference: (what) => void events.push(what),
    onPending: () => void events.push("pending"),
  });
  const { body: seen } = await watched(answer.url, { method: "POST" });
  const reader = seen?.getReader();
  expect(events).toEqual([]);
  await reader?.read();
  await reader?.cancel("enough");
  expect(events).toEqual(["read", "left: enough"]);
});
