import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { until } from "../support/deadline.ts";
import { DIALECTS, expectErrorOf } from "../support/dialect-errors.ts";
import { loggedEventOf } from "../support/logged-events.ts";
import { connectRaw } from "../support/raw-client.ts";
import { bodyTo, idOf, startService } from "../support/service.ts";
import { nothingIsHeld, openLine } from "../support/through-gateway.ts";

const messages = [{ role: "user", content: "hi" }];

describe("a project in the URL", () => {
  it.each([
    ["/api/chat", "/api/chat"],
    ["/api/generate", "/api/generate"],
    ["/api/embed", "/api/embed"],
    ["/v1/chat/completions", "/v1/chat/completions"],
    ["/v1/messages", "/v1/messages"],
    ["/api/v1/chat", "/api/chat"],
    ["/api/v1/chat/completions", "/api/chat"],
  ])("is the tenant of %s, which is what it is without", async (path, upstreamPath) => {
    const { gateway, ollama } = await startService({}, { version: "0.30.0" });
    const body = { model: "fake", messages, prompt: "hi", input: "hi", max_tokens: 5 };
    const { prompt: _prompt, input: _input, ...chat } = body;
    const sent = path.endsWith("generate") || path.endsWith("embed") ? body : chat;
    const answer = await gateway.post(`/project/story%2Fmachine${path}`, sent);
    expect(answer.status).toBe(200);
    await answer.text();
    expect(ollama.to(upstreamPath)).toHaveLength(1);
    expect(await loggedEventOf(gateway, idOf(answer))).toMatchObject({
      tenant: "story/machine",
      project_name: "story/machine",
      model: expect.stringMatching(/^fake/),
      path,
    });
  });

  it("is not passed on, and stands in the access line", async () => {
    const { gateway, ollama } = await startService();
    const answer = await gateway.post("/project/a%40b/api/chat?x=1", { model: "fake", messages });
    await answer.text();
    expect(ollama.to("/api/chat").map(({ target }) => target)).toEqual(["/api/chat?x=1"]);
    expect(bodyTo(ollama, "/api/chat")).toEqual({ model: "fake", messages });
    const id = idOf(answer);
    let line: string | undefined;
    await until(async () => {
      const lines = await readFile(join(gateway.home, "logs", "api.log"), "utf8").catch(() => "");
      line = lines.split("\n").find((each) => each.endsWith(id));
      return line !== undefined;
    }, "the access line");
    expect(line).toMatch(/ - a@b \[.*"POST \/project\/a@b\/api\/chat\?x=1 HTTP/);
  });

  it("alone greets as the root does", async () => {
    const { gateway } = await startService();
    for (const path of ["/project/a", "/project/a/"]) {
      const answer = await gateway.get(path, { headers: { accept: "application/json" } });
      expect(await answer.json()).toMatchObject({ service: "Shared Ollama Service" });
    }
  });

  it("keeps the service's own routes, their limits and their documentation", async () => {
    const { gateway } = await startService({ MAX_BODY_BYTES: "2000" });
    expect((await gateway.get("/project/a/api/v1/health")).status).toBe(200);
    expect((await gateway.get("/project/a/api/docs")).status).toBe(200);
    const large = { prompt: "x".repeat(4000) };
    const refused = await gateway.post("/project/a/api/v1/generate", large);
    await expectErrorOf("/api/v1/generate", refused, { status: 413, code: "request_too_large" });
    const missing = await gateway.get("/project/a/api/v1/nothing");
    await expectErrorOf("/api/v1/nothing", missing, { status: 404, code: "not_found" });
    const wrong = await gateway.post("/project/a/api/v1/health", {});
    expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "GET"]);
  });

  it("has a rate limit of its own", async () => {
    const { gateway } = await startService();
    const left = async (path: string) => {
      const answer = await gateway.get(`${path}/api/v1/models/ps`);
      return Number(answer.headers.get("x-ratelimit-remaining"));
    };
    expect(await left("/project/a")).toBe(29);
    expect(await left("/project/a")).toBe(28);
    expect(await left("/project/b")).toBe(29);
    expect(await left("")).toBe(29);
  });

  it.each(DIALECTS)("that is none is told in the dialect of the rest: $name", async ({ path }) => {
    const { gateway, ollama } = await startService();
    const expected = { status: 400, code: "invalid_project_name" };
    const answer = await gateway.post(`/project/a%20b${path}`, { model: "fake", messages });
    await expectErrorOf(path, answer, expected);
    expect(await loggedEventOf(gateway, idOf(answer))).toMatchObject({
      tenant: "[127.0.0.1]",
      project_name: "unknown",
    });
    const twice = await gateway.post(`/project/a/project/b${path}`, { model: "fake", messages });
    await expectErrorOf(path, twice, { status: 400, code: "invalid_request" });
    expect(ollama.to(path)).toHaveLength(0);
  });

  it("is as good for a page of another origin, and no way round what it may not", async () => {
    const { gateway } = await startService({ OLLAMA_ORIGINS: "https://app.example" });
    const from = (origin: string, method = "GET") =>
      gateway.get("/project/a/api/tags", { method, headers: { origin } });
    expect((await from("https://evil.example")).status).toBe(403);
    const allowed = await from("https://app.example");
    expect(allowed.headers.get("access-control-allow-origin")).toBe("https://app.example");
    expect((await from("https://app.example", "OPTIONS")).status).toBe(204);
  });

  it("is no way round ALLOWED_MODELS or the queue", async () => {
    const { gateway, ollama } = await startService({ ALLOWED_MODELS: "fake" });
    for (const path of ["/api/chat", "/v1/chat/completions", "/api//chat", "/api/ch%61t"]) {
      const answer = await gateway.post(`/project/a${path}`, { model: "secret", messages });
      expect(answer.status, path).toBe(400);
    }
    expect(ollama.received.filter(({ method }) => method === "POST")).toEqual([]);
  });

  it.each([
    ["/api/tags", "/project/a/api/tags"],
    ["http://elsewhere/api/tags", "http://elsewhere/api/tags"],
  ])("stays when the server redirects to %s", async (location, expected) => {
    const { gateway, ollama } = await startService();
    ollama.script("/api/tags/", (_request, response) => {
      response.writeHead(301, { Location: location, "Content-Length": "0" });
      response.end();
    });
    const answer = await gateway.get("/project/a/api/tags/", { redirect: "manual" });
    expect([answer.status, answer.headers.get("location")]).toEqual([301, expected]);
  });

  it.each([
    "/project/../api/tags",
    "/project/a/../../api/tags",
    "/project/%2e%2e/api/tags",
    "/project/a%2F..%2F..%2Fapi/tags",
    "/project//api/tags",
    "/project/a/project/b/api/tags",
    "/project/a/api%2Ftags",
    "/project/a%5Capi/api/tags",
    "/project/%/api/tags",
    "/project/a%0d%0ab/api/tags",
    `/project/${"a".repeat(65)}/api/tags`,
    "/project/a".repeat(7),
  ])("is nobody's in %s: it is refused, or resolved before it is looked at", async (target) => {
    const { gateway, upstream } = await openLine();
    const client = await connectRaw(gateway.url);
    const answer = client.ask({ method: "GET", target });
    const settled = (): boolean => answer.ending !== undefined || upstream.requests.length > 0;
    await until(settled, "a refusal, or a request that arrives");
    const [arrived] = upstream.requests;
    // Bun's server takes a dot segment, and what it dots away, out of the URL.
    if (arrived) {
      expect(arrived.target).toBe("/api/tags");
      arrived.answer("200 OK", [["Content-Type", "application/json"]], "{}");
    }
    await answer.ended();
    const event = await loggedEventOf(gateway, answer.header("x-shared-ollama-request-id") ?? "");
    const who = event["status_code"] === 400 ? ["[127.0.0.1]", ""] : ["[127.0.0.1]"];
    expect(who).toContain(event["tenant"]);
    expect([200, 400]).toContain(answer.status);
    await nothingIsHeld({ gateway });
  });
});
