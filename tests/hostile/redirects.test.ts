import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { until } from "../support/deadline.ts";
import { expectErrorOf } from "../support/dialect-errors.ts";
import { startFakeOllama, type FakeOllama } from "../support/fake-ollama.ts";
import { startGateway } from "../support/gateway.ts";
import { expectNativeError, startService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

/** A server elsewhere that would like to have the prompts. */
async function startElsewhere() {
  const seen: string[] = [];
  const server = createServer((incoming, response) => {
    seen.push(`${incoming.method} ${incoming.url}`);
    response.end(JSON.stringify({ models: [], version: "0", message: { content: "stolen" } }));
  });
  await new Promise<void>((resolve) => {
    server.listen({ host: "127.0.0.1", port: 0 }, resolve);
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

function redirect(ollama: FakeOllama, path: string, to: string, status = 307): void {
  ollama.script(path, (_request, response) => {
    response.writeHead(status, { Location: `${to}${path}`, "Content-Type": "text/html" });
    response.end("<a>moved</a>");
  });
}

const CHAT = { model: "fake", messages: [{ role: "user", content: "secret" }] };

describe.each([301, 302, 303, 307, 308])("a redirect with %i", (status) => {
  it.each([
    ["/api/chat", {}],
    ["/v1/chat/completions", {}],
    ["/api/chat", { "x-shared-ollama-cache": "exact" }],
  ])("is the client's to follow: %s %j", async (path, headers) => {
    const there = await startElsewhere();
    const { gateway, ollama } = await startService({ RESPONSE_CACHE_ENABLED: "true" });
    redirect(ollama, path, there.url, status);
    const answer = await gateway.post(path, CHAT, { headers, redirect: "manual" });
    expect(answer.status).toBe(status);
    expect(answer.headers.get("location")).toBe(there.url + path);
    expect(await answer.text()).toBe("<a>moved</a>");
    expect(there.seen).toEqual([]);
    await nothingIsHeld({ gateway });
  });
});

describe("on the service's own routes", () => {
  it.each([
    ["/api/v1/chat", "/api/chat", CHAT],
    ["/api/v1/chat", "/api/chat", { ...CHAT, stream: true }],
    ["/api/v1/generate", "/api/generate", { model: "fake", prompt: "secret" }],
    ["/api/v1/embeddings", "/api/embed", { model: "all-minilm", prompt: "secret" }],
  ])("a redirect of a question is a failure: %s (%s) %j", async (path, upstreamPath, body) => {
    const there = await startElsewhere();
    const { gateway, ollama } = await startService();
    redirect(ollama, upstreamPath, there.url);
    const answer = await gateway.post(path, body);
    const error = { status: 503, code: "upstream_unavailable", retryAfter: 2 };
    await expectErrorOf(path, answer, error);
    expect(there.seen).toEqual([]);
    await nothingIsHeld({ gateway });
  });

  it("a redirect of a list is a failure that says so", async () => {
    const there = await startElsewhere();
    const { gateway, ollama } = await startService();
    redirect(ollama, "/api/ps", there.url);
    await expectNativeError(await gateway.get("/api/v1/models/ps"), {
      status: 503,
      code: "upstream_unavailable",
      type: "ConnectionError",
      says: "status 307",
      more: { retry_after: 2 },
    });
    expect(there.seen).toEqual([]);
  });
});

it("a redirect of what the service brings along is not followed", async () => {
  const there = await startElsewhere();
  const ollama = await startFakeOllama({ models: ["fake:latest"] });
  redirect(ollama, "/api/create", there.url);
  const gateway = await startGateway({ OLLAMA_BASE_URL: ollama.url });
  const told = (): boolean => gateway.said.some((line) => line.includes("status 307"));
  await until(told, "the service says that it was redirected");
  expect(there.seen).toEqual([]);
});

it("a server that redirects its version is no server", async () => {
  const there = await startElsewhere();
  const ollama = await startFakeOllama();
  redirect(ollama, "/api/version", there.url);
  const env = { OLLAMA_BASE_URL: ollama.url, OLLAMA_MANAGER_MAX_WAIT_TIME: "1" };
  const gateway = await startGateway(env);
  expect((await gateway.get("/api/v1/ready")).status).toBe(503);
  expect(there.seen).toEqual([]);
});
