import { describe, expect, it } from "vitest";
import { until } from "../support/deadline.ts";
import { startFakeOllama, type FakeOllama } from "../support/fake-ollama.ts";
import { startGateway } from "../support/gateway.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";
import { BLUE, WHY_BLUE, asking, cacheOf } from "./response-cache-set-up.ts";

async function start(env: Record<string, string> = {}) {
  const ollama = await startFakeOllama({ models: ["fake:latest", "all-minilm:latest"] });
  const gateway = await startGateway({
    OLLAMA_BASE_URL: ollama.url,
    RESPONSE_CACHE_ENABLED: "true",
    RESPONSE_CACHE_SEMANTIC: "on",
    UPSTREAM_PARALLEL: "4",
    ...env,
  });
  const ask = (path: string, body: object, cache?: string, more: Record<string, string> = {}) =>
    gateway.post(path, body, {
      headers: cache === undefined ? more : { "x-shared-ollama-cache": cache, ...more },
    });
  return { ollama, gateway, ask };
}

const runs = (ollama: FakeOllama, path: string): number =>
  ollama.to(path).filter(({ body }) => body.includes("blue")).length;

describe("the cache on Ollama's and OpenAI's paths", () => {
  it.each<[string, object]>([
    ["/api/chat", asking(BLUE)],
    ["/api/chat", asking(BLUE, { stream: false })],
    ["/api/generate", { model: "fake", prompt: BLUE }],
    ["/api/generate", { model: "fake", prompt: BLUE, stream: false }],
    ["/v1/chat/completions", asking(BLUE)],
    ["/v1/chat/completions", asking(BLUE, { stream: true })],
  ])("gives the bytes of the first answer again, if it is asked for: %s %j", async (path, body) => {
    const { ollama, gateway, ask } = await start();
    const plain = await ask(path, body);
    expect(cacheOf(plain)).toBeNull();
    const sent = await plain.text();
    const first = await ask(path, body, "exact");
    expect([first.status, cacheOf(first), await first.text()]).toEqual([200, "MISS", sent]);
    const again = await ask(path, body, "exact");
    expect([again.status, cacheOf(again), again.headers.get("age")]).toEqual([
      200,
      "HIT-EXACT",
      "0",
    ]);
    expect(again.headers.get("content-type")).toBe(plain.headers.get("content-type"));
    expect(await again.text()).toBe(sent);
    // Whoever does not ask for it is not answered from it.
    expect(cacheOf(await ask(path, body))).toBeNull();
    expect(runs(ollama, path)).toBe(3);
    await nothingIsHeld({ gateway });
  });

  it("answers other words only where semantic is asked for", async () => {
    const { ollama, gateway, ask } = await start();
    const first = await (await ask("/api/chat", asking(BLUE), "exact")).text();
    await until(() => {
      const { comparisons, embeddings } = gateway.service.load();
      return ollama.to("/api/embed").length > 0 && comparisons + embeddings === 0;
    }, "the vector of the answer");
    expect(cacheOf(await ask("/api/chat", asking(WHY_BLUE), "exact"))).toBe("MISS");
    const other = { ...asking("Please tell me why the sky is blue") };
    const answer = await ask("/api/chat", other, "semantic");
    expect([cacheOf(answer), await answer.text()]).toEqual(["HIT-SEMANTIC", first]);
    // Both texts of "exact", and nothing for the other words.
    expect(ollama.to("/api/chat")).toHaveLength(2);
    await nothingIsHeld({ gateway });
  });

  it.each<[string, string, object, Record<string, string>]>([
    ["it is switched off", "/api/chat", asking(BLUE), { "x-shared-ollama-cache": "off" }],
    ["HTTP switches it off", "/api/chat", asking(BLUE), { "cache-control": "no-store" }],
    ["there are images", "/api/chat", withImage(), {}],
    ["the last word is not the user's", "/api/chat", chatOf("assistant"), {}],
    ["the path has no questions", "/api/embed", { model: "fake", input: BLUE }, {}],
    ["it only unloads", "/api/chat", asking(BLUE, { keep_alive: 0 }), {}],
    ["the model is not there", "/api/chat", { ...asking(BLUE), model: "nope" }, {}],
  ])("has no part in a request, and says so, when %s", async (_why, path, body, headers) => {
    const { gateway, ask } = await start();
    for (const _ of [1, 2]) {
      const answer = await ask(path, body, "exact", headers);
      expect(cacheOf(answer)).toBe("BYPASS");
      await answer.text();
    }
    const stats: unknown = await (await gateway.get("/api/v1/cache/stats")).json();
    expect(stats).toMatchObject({ bypasses: 2, entries: 0 });
    await nothingIsHeld({ gateway });
  });

  it("refuses what the header does not take, in the path's own shape", async () => {
    const { ask } = await start();
    const answer = await ask("/v1/chat/completions", asking(BLUE), "yes");
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { error: { message: "X-Shared-Ollama-Cache takes on, off, exact or semantic" } },
    ]);
  });

  it("does nothing where the cache is off, whatever the header says", async () => {
    const { ollama, ask } = await start({ RESPONSE_CACHE_ENABLED: "false" });
    for (const cache of ["exact", "exact", "nonsense"]) {
      const answer = await ask("/api/chat", asking(BLUE), cache);
      expect([answer.status, cacheOf(answer)]).toEqual([200, null]);
    }
    expect(runs(ollama, "/api/chat")).toBe(3);
  });

  it.each<[string, object, object]>([
    ["another tenant", asking(BLUE), { "x-project-name": "other" }],
    ["a stream", asking(BLUE, { stream: false }), {}],
    ["options", asking(BLUE, { options: { temperature: 0 } }), {}],
  ])("keeps apart: %s", async (_what, body, headers) => {
    const { ask } = await start();
    await (await ask("/api/chat", asking(BLUE), "exact")).text();
    const answer = await ask("/api/chat", body, "exact", headers as Record<string, string>);
    expect(cacheOf(answer)).toBe("MISS");
  });

  it.each<[string, string, string | object]>([
    ["a cut answer", "/api/chat", line({ done: true, done_reason: "length" })],
    ["a tool call", "/api/chat", line({ message: { tool_calls: [{}] }, done: true })],
    ["an error inside the stream", "/api/chat", line({ error: "out of memory" })],
    ["a stream without its end", "/v1/chat/completions", event({ choices: [choice("a")] })],
    ["a cut completion", "/v1/chat/completions", event({ choices: [choice("a", "length")] }, true)],
    [
      "a completion that calls a tool",
      "/v1/chat/completions",
      event({ choices: [{ delta: { tool_calls: [{}] }, finish_reason: "tool_calls" }] }, true),
    ],
  ])("passes on and does not keep %s", async (_what, path, text) => {
    const { ollama, gateway, ask } = await start();
    const held = new HeldAnswers(ollama, path);
    for (const _ of [1, 2]) {
      const asked = ask(path, asking(BLUE, { stream: true }), "exact");
      const { response } = await held.next();
      response.writeHead(200, { "Content-Type": typeFor(path) });
      response.end(text);
      const answer = await asked;
      expect([cacheOf(answer), await answer.text()]).toEqual(["MISS", text]);
    }
    await nothingIsHeld({ gateway });
  });

  it("passes on a refusal as it is, and does not keep it", async () => {
    const { ollama, gateway, ask } = await start();
    const held = new HeldAnswers(ollama, "/api/chat");
    for (const _ of [1, 2]) {
      const asked = ask("/api/chat", asking(BLUE), "exact");
      (await held.next()).json({ error: "blue is no colour" }, 400);
      const answer = await asked;
      expect([answer.status, await answer.json()]).toEqual([400, { error: "blue is no colour" }]);
    }
    await nothingIsHeld({ gateway });
  });

  it("runs the same request once for all who ask at the same time; each may leave", async () => {
    const { ollama, gateway, ask } = await start();
    const held = new HeldAnswers(ollama, "/api/chat");
    const first = ask("/api/chat", asking(BLUE), "exact");
    const run = await held.next();
    const leaver = new AbortController();
    const leaving = gateway.post("/api/chat", asking(BLUE), {
      headers: { "x-shared-ollama-cache": "exact" },
      signal: leaver.signal,
    });
    const shared = async () =>
      ((await (await gateway.get("/api/v1/cache/stats")).json()) as { shared: number }).shared;
    await until(async () => (await shared()) === 1, "the second joins");
    leaver.abort();
    await expect(leaving).rejects.toThrow();
    run.piece("Air scatters it.");
    run.finish();
    expect(await (await first).text()).toContain("Air scatters it.");
    expect(held.all).toHaveLength(1);
    await nothingIsHeld({ gateway });
  });

  it("cuts the model off when the last one who waits has left", async () => {
    const { ollama, gateway } = await start();
    const held = new HeldAnswers(ollama, "/api/chat");
    const leaver = new AbortController();
    const asked = gateway.post("/api/chat", asking(BLUE), {
      headers: { "x-shared-ollama-cache": "exact" },
      signal: leaver.signal,
    });
    const run = await held.next();
    leaver.abort();
    await expect(asked).rejects.toThrow();
    await run.sawCancel();
    await nothingIsHeld({ gateway });
  });

  it("tells of a server that dies in the middle, and keeps nothing", async () => {
    const { ollama, gateway, ask } = await start();
    const held = new HeldAnswers(ollama, "/api/chat");
    const asked = ask("/api/chat", asking(BLUE), "exact");
    const run = await held.next();
    run.send('{"message":{"con');
    const answer = await asked;
    run.crash();
    const lines = (await answer.text()).trimEnd().split("\n");
    expect(lines[0]).toBe('{"message":{"con');
    expect(JSON.parse(lines[1] ?? "")).toMatchObject({
      error: "The inference server broke off its answer",
      code: "upstream_unavailable",
    });
    await nothingIsHeld({ gateway });
    const stats: unknown = await (await gateway.get("/api/v1/cache/stats")).json();
    expect(stats).toMatchObject({ entries: 0 });
  });
});

function chatOf(role: string): object {
  return { model: "fake", messages: [{ role, content: BLUE }] };
}

function withImage(): object {
  return { model: "fake", messages: [{ role: "user", content: BLUE, images: ["AAAA"] }] };
}

function line(value: object): string {
  const whole = { model: "fake", message: { role: "assistant", content: "Air" }, ...value };
  return `${JSON.stringify(whole)}\n`;
}

function choice(content: string, finish?: string): object {
  return { index: 0, delta: { role: "assistant", content }, finish_reason: finish ?? null };
}

function event(value: object, ends = false): string {
  return `data: ${JSON.stringify(value)}\n\n${ends ? "data: [DONE]\n\n" : ""}`;
}

function typeFor(path: string): string {
  return path === "/api/chat" ? "application/x-ndjson" : "text/event-stream";
}
