import { describe, expect, it } from "vitest";
import { until } from "../support/deadline.ts";
import { startFakeOllama } from "../support/fake-ollama.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";
import { BLUE, CHAT, WHY_BLUE, asking, cacheOf, indexed, stats } from "./response-cache-set-up.ts";

const FOUR = { message: { content: "4" }, done: true, done_reason: "stop" };

async function start(env: Record<string, string> = {}) {
  const ollama = await startFakeOllama({ models: ["fake:latest", "all-minilm:latest"] });
  const gateway = await startGateway({
    OLLAMA_BASE_URL: ollama.url,
    RESPONSE_CACHE_ENABLED: "true",
    RATE_LIMIT_ENABLED: "false",
    UPSTREAM_PARALLEL: "4",
    ...env,
  });
  const ask = (path: string, body: object, cache: string) =>
    gateway.post(path, body, { headers: { "x-shared-ollama-cache": cache } });
  return { ollama, gateway, ask };
}

/** A service that keeps an answer to BLUE, with its vector: all texts have the same one here. */
async function withKept(env: Record<string, string> = {}) {
  const parts = await start({ RESPONSE_CACHE_SEMANTIC: "on", ...env });
  const { ollama, gateway } = parts;
  await gateway.post(CHAT, asking(BLUE));
  await indexed(ollama, gateway);
  return parts;
}

/** From now on the service has to ask anew what is installed. */
const forgetModels = (gateway: Gateway) =>
  gateway.post("/api/create", { model: "new", from: "fake" });

describe("a client that leaves while the model's digest is asked for", () => {
  it.each([CHAT, "/api/chat"])("starts no run that nobody reads: %s", async (path) => {
    const { ollama, gateway } = await start();
    const lists = new HeldAnswers(ollama, "/api/tags");
    await forgetModels(gateway);
    const leaver = new AbortController();
    const headers = { "x-shared-ollama-cache": "exact" };
    const asked = gateway.post(path, asking(BLUE), { headers, signal: leaver.signal });
    const list = await lists.next();
    leaver.abort();
    await expect(asked).rejects.toThrow();
    // What comes over a later connection is read after the end of the one before.
    await stats(gateway);
    list.json({ models: [{ name: "fake:latest", digest: "a".repeat(64), details: {} }] });
    await nothingIsHeld({ gateway });
    expect(ollama.to("/api/chat")).toEqual([]);
    expect(await stats(gateway)).toMatchObject({ entries: 0, misses: 0 });
  });
});

describe("a server that cannot list its models", () => {
  it.each([CHAT, "/api/chat"])("answers past the cache: %s", async (path) => {
    const { ollama, gateway, ask } = await start();
    ollama.script("/api/tags", (_request, response) => {
      response.writeHead(500, { "Content-Type": "application/json" });
      response.end('{"error":"no"}');
    });
    await forgetModels(gateway);
    const answer = await ask(path, asking(BLUE), "exact");
    expect([answer.status, cacheOf(answer)]).toEqual([200, "BYPASS"]);
    await answer.text();
    await nothingIsHeld({ gateway });
  });
});

describe("an answer that was being made when answers were deleted", () => {
  it.each([
    [CHAT, ""],
    [CHAT, "?model=fake"],
    ["/api/chat", ""],
  ])("is given and not kept: %s, DELETE %s", async (path, query) => {
    const { ollama, gateway, ask } = await start();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const first = ask(path, asking(BLUE, { stream: false }), "exact");
    const run = await chats.next();
    await gateway.get(`/api/v1/cache${query}`, { method: "DELETE" });
    run.json(FOUR);
    expect(await (await first).json()).toMatchObject({ message: { content: "4" } });
    expect(await stats(gateway)).toMatchObject({ entries: 0, not_stored: { deleted: 1 } });
    const second = ask(path, asking(BLUE, { stream: false }), "exact");
    (await chats.next()).json(FOUR);
    expect(cacheOf(await second)).toBe("MISS");
    expect(cacheOf(await ask(path, asking(BLUE, { stream: false }), "exact"))).toBe("HIT-EXACT");
  });
});

describe("a hit by other words", () => {
  const queue = async (gateway: Gateway) =>
    (await (await gateway.get("/api/v1/queue/stats")).json()) as Record<string, unknown>;

  it("is no miss, and takes no place", async () => {
    const { gateway } = await withKept();
    expect(cacheOf(await gateway.post(CHAT, asking(WHY_BLUE)))).toBe("HIT-SEMANTIC");
    await nothingIsHeld({ gateway });
    expect(await stats(gateway)).toMatchObject({ hits_similar: 1, misses: 1, shared: 0 });
    expect(await queue(gateway)).toMatchObject({ completed: 1, failed: 0 });
  });

  it("takes no place either where all are taken", async () => {
    const { ollama, gateway } = await withKept({ UPSTREAM_PARALLEL: "1" });
    const chats = new HeldAnswers(ollama, "/api/chat");
    const running = gateway.post(CHAT, asking("What is 2+2?"));
    const run = await chats.next();
    expect(cacheOf(await gateway.post(CHAT, asking(WHY_BLUE)))).toBe("HIT-SEMANTIC");
    run.json(FOUR);
    await (await running).text();
    await nothingIsHeld({ gateway });
    expect(await queue(gateway)).toMatchObject({ completed: 2, failed: 0 });
  });

  it("leaves those alone who want the same words only", async () => {
    const { ollama, gateway, ask } = await withKept();
    const [embeds, chats] = ["/api/embed", "/api/chat"].map((p) => new HeldAnswers(ollama, p));
    const similar = ask(CHAT, asking(WHY_BLUE), "semantic");
    const embed = await embeds?.next();
    const exact = ask(CHAT, asking(WHY_BLUE), "exact");
    embed?.json({ model: "all-minilm", embeddings: [[0.6, 0.8]] });
    expect(cacheOf(await similar)).toBe("HIT-SEMANTIC");
    (await chats?.next())?.json(FOUR);
    const answer = await exact;
    expect([cacheOf(answer), await answer.json()]).toMatchObject([
      "MISS",
      { message: { content: "4" } },
    ]);
    ollama.script("/api/embed", undefined);
    await nothingIsHeld({ gateway });
  });
});

describe("an answer names its model as it was asked for", () => {
  const modelOf = async (answer: Response) => ((await answer.json()) as { model: string }).model;

  it("kept, of the same words or others", async () => {
    const { gateway } = await withKept();
    for (const [text, state] of [
      [BLUE, "HIT-EXACT"],
      [WHY_BLUE, "HIT-SEMANTIC"],
    ] as const) {
      for (const model of ["fake", "fake:latest"]) {
        const answer = await gateway.post(CHAT, asking(text, { model }));
        expect([cacheOf(answer), await modelOf(answer)]).toEqual([state, model]);
      }
    }
  });

  it("shared", async () => {
    const { ollama, gateway } = await start();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const first = gateway.post(CHAT, asking(BLUE));
    const run = await chats.next();
    const second = gateway.post(CHAT, asking(BLUE, { model: "fake:latest" }));
    await until(async () => (await stats(gateway))["shared"] === 1, "one that shares");
    run.json(FOUR);
    expect([await modelOf(await first), await modelOf(await second)]).toEqual([
      "fake",
      "fake:latest",
    ]);
  });
});

describe("with RESPONSE_CACHE_SAMPLED=false", () => {
  it.each<[string, object, string]>([
    ["/api/chat", { options: { temperature: 0 } }, "MISS"],
    ["/v1/chat/completions", { temperature: 0 }, "MISS"],
    // Neither dialect reads the other one's field.
    ["/api/chat", { temperature: 0 }, "BYPASS"],
    ["/v1/chat/completions", { options: { temperature: 0 } }, "BYPASS"],
    // Ollama takes it for none.
    ["/api/chat", { options: { seed: -1 } }, "BYPASS"],
    ["/v1/chat/completions", { seed: -1 }, "BYPASS"],
    [CHAT, { seed: -1 }, "BYPASS"],
  ])("%s with %j is a %s", async (path, more, state) => {
    const { ask } = await start({ RESPONSE_CACHE_SAMPLED: "false" });
    const answer = await ask(path, asking(BLUE, more), "exact");
    expect([answer.status, cacheOf(answer)]).toEqual([200, state]);
    await answer.text();
  });
});

it.each([false, true])(
  "a batch with an unknown cache mode is refused, stream: %s",
  async (stream) => {
    const { ollama, gateway, ask } = await start();
    const answer = await ask(
      "/api/v1/batch/chat",
      { requests: [asking(BLUE)], stream },
      "nonsense",
    );
    expect([answer.status, await answer.json()]).toMatchObject([400, { code: "invalid_request" }]);
    await nothingIsHeld({ gateway });
    expect(ollama.to("/api/chat")).toEqual([]);
  },
);
