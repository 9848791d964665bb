import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { until } from "../support/deadline.ts";
import { DIALECTS, expectErrorOf } from "../support/dialect-errors.ts";
import { eventsOf } from "../support/event-stream.ts";
import type { Gateway } from "../support/gateway.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import {
  expectNativeError,
  expectOpenAIError,
  startService,
  type RunningService,
} from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const MESSAGES = [{ role: "user", content: "hi" }];
const BODY = { model: "fake", messages: MESSAGES, stream: false };

function asTenant(project: string): RequestInit {
  return { headers: { "x-project-name": project } };
}

/** Waits until so many requests wait for a place. */
async function queued({ gateway }: RunningService, count: number): Promise<void> {
  const stats = async () => (await gateway.get("/api/v1/queue/stats")).json();
  const waiting = async () => ((await stats()) as { queued: number }).queued;
  await until(async () => (await waiting()) === count, `${count} requests wait`);
}

/** Waits for so many events of this kind in the request log. */
async function requestEvents({ home }: Gateway, count: number, kind: string): Promise<object[]> {
  let events: { event: string; method?: string }[] = [];
  await until(async () => {
    const text = await readFile(join(home, "logs", "requests.jsonl"), "utf8").catch(() => "");
    const lines = text.split("\n").filter((line) => line !== "");
    events = lines
      .map((line) => JSON.parse(line) as { event: string; method?: string })
      .filter(({ event, method }) => event === kind && method !== "GET");
    return events.length >= count;
  }, `${count} events of ${kind} in requests.jsonl`);
  return events;
}

describe("the rate limit", () => {
  it("refuses the 61st request of a minute with 429 and says when to come back", async () => {
    const { gateway } = await startService();
    for (let i = 0; i < 60; i += 1) await gateway.post("/api/v1/chat", {});
    const answer = await gateway.post("/api/v1/chat", BODY);
    expect(answer.headers.get("retry-after")).toBe("60");
    expect(answer.headers.get("x-ratelimit-limit")).toBe("60");
    expect(answer.headers.get("x-ratelimit-remaining")).toBe("0");
    await expectNativeError(answer, {
      status: 429,
      code: "rate_limit_exceeded",
      type: "RateLimitExceeded",
      says: /60 requests a minute/,
      more: {
        retry_after: 60,
        limit: 60,
        reset_at: Number(answer.headers.get("x-ratelimit-reset")),
      },
    });
    const other = await gateway.post("/api/v1/chat", BODY, asTenant("other"));
    expect(other.status).toBe(200);
    await nothingIsHeld({ gateway });
  });

  it("answers in OpenAI's form on OpenAI's route", async () => {
    const { gateway } = await startService();
    const path = "/api/v1/chat/completions";
    for (let i = 0; i < 60; i += 1) await gateway.post(path, {});
    const answer = await gateway.post(path, BODY);
    expect(answer.headers.get("retry-after")).toBe("60");
    await expectOpenAIError(answer, {
      status: 429,
      code: "rate_limit_exceeded",
      type: "rate_limit_error",
      inError: { limit: 60, reset_at: expect.any(Number) },
      more: { retry_after: 60 },
    });
  });

  it("holds neither on drop-in paths nor where it is switched off", async () => {
    const { gateway } = await startService({ RATE_LIMIT_ENABLED: "false" });
    for (let i = 0; i < 61; i += 1) {
      const answer = await gateway.get("/api/v1/models");
      expect([answer.status, answer.headers.get("x-ratelimit-limit")]).toEqual([200, null]);
    }
    const limited = await startService();
    for (let i = 0; i < 61; i += 1) {
      expect((await limited.gateway.get("/api/tags")).status).toBe(200);
    }
  });

  it("counts addresses behind a trusted proxy, and believes no one else", async () => {
    const left = async ({ gateway }: RunningService, forwardedFor: string) => {
      const init = { headers: { "x-forwarded-for": forwardedFor } };
      const answer = await gateway.get("/api/v1/models", init);
      return answer.headers.get("x-ratelimit-remaining");
    };
    const behindProxy = await startService({ TRUSTED_PROXIES: "127.0.0.1, 10.0.0.0/8" });
    expect(await left(behindProxy, "203.0.113.7")).toBe("29");
    expect(await left(behindProxy, "203.0.113.8, 10.1.2.3")).toBe("29");
    expect(await left(behindProxy, "203.0.113.8")).toBe("28");
    // What a client writes before its own address is its own invention.
    expect(await left(behindProxy, "203.0.113.9, 203.0.113.8")).toBe("27");
    const direct = await startService();
    expect(await left(direct, "203.0.113.7")).toBe("29");
    expect(await left(direct, "203.0.113.8")).toBe("28");
  });
});

describe("a tenant's cap", () => {
  const env = { TENANT_MAX_TEXT: "2", UPSTREAM_PARALLEL: "6" };

  it("refuses one more on /api/v1 at once with 429", async () => {
    const { gateway, ollama } = await startService(env);
    const chats = new HeldAnswers(ollama, "/api/chat");
    const inFlight = [1, 2].map(() => gateway.post("/api/v1/chat", BODY, asTenant("a")));
    await chats.came(2);
    for (const path of ["/api/v1/chat", "/api/v1/chat/completions"]) {
      const answer = await gateway.post(path, BODY, asTenant("a"));
      const error = { status: 429, code: "tenant_limit_exceeded", retryAfter: 2 };
      await expectErrorOf(path, answer, error);
    }
    const other = gateway.post("/api/v1/chat", BODY, asTenant("b"));
    await chats.came(3);
    for (const held of chats.all) held.finish();
    for (const answer of await Promise.all([...inFlight, other])) expect(answer.status).toBe(200);
    await nothingIsHeld({ gateway });
  });

  it("lets one more wait on drop-in paths", async () => {
    const service = await startService(env);
    const { gateway, ollama } = service;
    const chats = new HeldAnswers(ollama, "/api/chat");
    const all = [1, 2, 3].map(() => gateway.post("/api/chat", BODY, asTenant("a")));
    await chats.came(2);
    await queued(service, 1);
    expect(chats.all).toHaveLength(2);
    chats.all[0]?.finish();
    await chats.came(3);
    for (const held of chats.all.slice(1)) held.finish();
    for (const answer of await Promise.all(all)) expect(answer.status).toBe(200);
    await nothingIsHeld(service);
  });
});

describe("the queue", () => {
  it("refuses with 503 queue_full in each dialect once it is full", async () => {
    const service = await startService({ QUEUE_CHAT_MAX_QUEUE_SIZE: "1" });
    const { gateway, ollama } = service;
    const chats = new HeldAnswers(ollama, "/api/chat");
    const running = gateway.post("/api/chat", BODY);
    await chats.came(1);
    const waiting = gateway.post("/api/chat", BODY);
    await queued(service, 1);
    for (const { path } of DIALECTS) {
      const answer = await gateway.post(path, BODY);
      await expectErrorOf(path, answer, { status: 503, code: "queue_full", retryAfter: 2 });
    }
    (await chats.next()).finish();
    (await chats.next()).finish();
    await Promise.all([running, waiting]);
    await nothingIsHeld(service);
  });

  it("lets a waiting client leave without a trace", async () => {
    const service = await startService();
    const { gateway, ollama } = service;
    const chats = new HeldAnswers(ollama, "/api/chat");
    const running = gateway.post("/api/chat", BODY);
    await chats.came(1);
    const clients = DIALECTS.map(({ path }) => {
      const client = new AbortController();
      const left = gateway.post(path, BODY, { signal: client.signal });
      return { client, left: expect(left).rejects.toThrow() };
    });
    await queued(service, DIALECTS.length);
    for (const { client, left } of clients) {
      client.abort();
      await left;
    }
    await queued(service, 0);
    (await chats.next()).finish();
    await running;
    await nothingIsHeld(service);
    expect(chats.all).toHaveLength(1);
  });
});

describe("the hard stop", () => {
  const env = { QUEUE_CHAT_DEFAULT_TIMEOUT: "1" };
  const error = { status: 503, code: "request_timeout", retryAfter: 2 };

  it("ends waiting with 503 request_timeout in each dialect", async () => {
    const service = await startService(env);
    const { gateway, ollama } = service;
    const chats = new HeldAnswers(ollama, "/api/chat");
    // On drop-in paths a running request has no limit.
    const running = gateway.post("/api/chat", BODY);
    await chats.came(1);
    const waiting = DIALECTS.map(async ({ path }) => {
      await expectErrorOf(path, await gateway.post(path, BODY), error);
    });
    await Promise.all(waiting);
    (await chats.next()).finish();
    expect((await running).status).toBe(200);
    await nothingIsHeld(service);
  });

  it("ends a running request of /api/v1 and stops the server", async () => {
    const service = await startService({ ...env, UPSTREAM_PARALLEL: "6" });
    const { gateway, ollama } = service;
    const chats = new HeldAnswers(ollama, "/api/chat");
    const running = [false, true].flatMap((stream) =>
      ["/api/v1/chat", "/api/v1/chat/completions"].map(async (path) => {
        await expectErrorOf(path, await gateway.post(path, { ...BODY, stream }), error);
      }),
    );
    await Promise.all(running);
    expect(chats.all).toHaveLength(4);
    for (const held of chats.all) await held.sawCancel();
    await nothingIsHeld(service);
  });

  it.each<[string, string, object, string]>([
    ["a whole answer", "/api/v1/chat", BODY, "/api/chat"],
    ["a stream before its first piece", "/api/v1/chat", { ...BODY, stream: true }, "/api/chat"],
    ["an item of a batch", "/api/v1/batch/chat", { requests: [BODY] }, "/api/chat"],
    ["embeddings", "/api/v1/embeddings", { model: "all-minilm", prompt: "hi" }, "/api/embed"],
  ])("counts as a timeout in the queue and in the log: %s", async (_what, path, body, called) => {
    const service = await startService(env);
    const { gateway, ollama } = service;
    const calls = new HeldAnswers(ollama, called);
    await (await gateway.post(path, body)).text();
    await calls.came(1);
    await nothingIsHeld(service);
    const counts = await (await gateway.get("/api/v1/queue/stats")).json();
    expect(counts).toMatchObject({ timeout: 1, failed: 0, completed: 0 });
    const [event] = await requestEvents(
      gateway,
      1,
      path.includes("batch") ? "batch_item" : "http_request",
    );
    expect(event).toMatchObject({ status_code: 503, error_code: "request_timeout" });
  });

  it("counts as a timeout where a stream had begun", async () => {
    const service = await startService(env);
    const { gateway, ollama } = service;
    const chats = new HeldAnswers(ollama, "/api/chat");
    const asked = gateway.post("/api/v1/chat", { ...BODY, stream: true });
    (await chats.next()).piece("one");
    const events = await eventsOf(await asked);
    expect(events.at(-1)).toMatchObject({ done: true, code: "request_timeout" });
    await nothingIsHeld(service);
    const counts = await (await gateway.get("/api/v1/queue/stats")).json();
    expect(counts).toMatchObject({ timeout: 1, failed: 0, completed: 0 });
    const [event] = await requestEvents(gateway, 1, "http_request");
    expect(event).toMatchObject({
      status_code: 200,
      error_code: "request_timeout",
      error_message: "The request took longer than 1 s and was stopped",
    });
  });

  it("counts the load of a model, which goes on", async () => {
    const service = await startService(env);
    const { gateway, ollama } = service;
    ollama.inMemory.length = 0;
    const loads = new HeldAnswers(ollama, "/api/generate");
    const answer = await gateway.post("/api/v1/chat", BODY);
    await expectErrorOf("/api/v1/chat", answer, error);
    await nothingIsHeld(service);
    const load = await loads.next();
    expect(load.request.cancelled).toBe(false);
    ollama.inMemory.push("fake:latest");
    load.json({ done: true, done_reason: "load" });
  });
});

describe("the guards of a request", () => {
  const long = "x".repeat(41);

  it.each([
    ["/api/v1/generate", { prompt: long.slice(1), system: "y" }],
    ["/api/v1/chat", { messages: [...MESSAGES, { role: "user", content: long }] }],
    [
      "/api/v1/chat/completions",
      { messages: [{ role: "user", content: [{ type: "text", text: long }] }] },
    ],
    ["/api/v1/embeddings", { prompt: long }],
  ])("refuse a prompt on %s that is too large", async (path, fields) => {
    const { gateway, ollama } = await startService({ MAX_PROMPT_TOKENS: "10" });
    const answer = await gateway.post(path, { model: "fake", ...fields });
    const body = await expectErrorOf(path, answer, { status: 400, code: "prompt_too_large" });
    const facts = path.endsWith("completions") ? body["error"] : body;
    expect(facts).toMatchObject({ estimated_tokens: 11, limit_tokens: 10 });
    expect(ollama.running).toBe(0);
    await nothingIsHeld({ gateway });
  });

  it("let a prompt of just the limit through, and any on drop-in paths", async () => {
    const { gateway } = await startService({ MAX_PROMPT_TOKENS: "10" });
    const exact = { ...BODY, messages: [{ role: "user", content: long.slice(1) }] };
    expect((await gateway.post("/api/v1/chat", exact)).status).toBe(200);
    const larger = { ...BODY, messages: [{ role: "user", content: long }] };
    expect((await gateway.post("/api/chat", larger)).status).toBe(200);
  });

  it.each(DIALECTS)("refuse a model outside ALLOWED_MODELS in $name dialect", async ({ path }) => {
    const { gateway, ollama } = await startService({ ALLOWED_MODELS: "good*, fine" });
    const answer = await gateway.post(path, BODY);
    const body = await expectErrorOf(path, answer, { status: 400, code: "model_not_allowed" });
    const facts = path.includes("/v1/chat/completions") || path === "/v1/messages";
    expect(facts ? body["error"] : body).toMatchObject({ allowed_models: ["good*", "fine"] });
    expect(ollama.running).toBe(0);
    await nothingIsHeld({ gateway });
  });
});
