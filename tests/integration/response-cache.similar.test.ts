import { describe, expect, it } from "vitest";
import { until } from "../support/deadline.ts";
import { eventsOf } from "../support/event-stream.ts";
import { startFakeOllama } from "../support/fake-ollama.ts";
import { startGateway } from "../support/gateway.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";
import { BLUE, CHAT, WHY_BLUE, asking, cacheOf, indexed, stats } from "./response-cache-set-up.ts";

/** All texts have the same vector here: the judge alone decides. */
async function start(
  env: Record<string, string> = {},
  models = ["fake:latest", "all-minilm:latest"],
) {
  const ollama = await startFakeOllama({ models });
  const gateway = await startGateway({
    OLLAMA_BASE_URL: ollama.url,
    RESPONSE_CACHE_ENABLED: "true",
    RESPONSE_CACHE_SEMANTIC: "on",
    RATE_LIMIT_ENABLED: "false",
    UPSTREAM_PARALLEL: "4",
    ...env,
  });
  return { ollama, gateway };
}

describe("a question in other words", () => {
  it("is answered from the cache, and the answer says so", async () => {
    const { ollama, gateway } = await start();
    const first = await gateway.post(CHAT, asking(BLUE));
    expect(cacheOf(first)).toBe("MISS");
    const made = (await first.json()) as { message: object };
    await indexed(ollama, gateway);
    const second = await gateway.post(CHAT, asking(WHY_BLUE));
    expect([cacheOf(second), second.headers.get("x-cache-similarity")]).toEqual([
      "HIT-SEMANTIC",
      "1.0000",
    ]);
    expect(await second.json()).toMatchObject({ message: made.message });
    // No place was asked for.
    expect(ollama.to("/api/chat")).toHaveLength(1);
    await nothingIsHeld({ gateway });
    expect(await stats(gateway)).toMatchObject({ hits_similar: 1, entries: 1 });
  });

  it("is answered as a stream", async () => {
    const { ollama, gateway } = await start();
    await gateway.post(CHAT, asking(BLUE));
    await indexed(ollama, gateway);
    const answer = await gateway.post(CHAT, asking(WHY_BLUE, { stream: true }));
    expect(cacheOf(answer)).toBe("HIT-SEMANTIC");
    expect(answer.headers.get("server-timing")).toMatch(/^first;dur=\d+\.\d\d$/);
    expect(await eventsOf(answer)).toMatchObject([{ chunk: "Hello" }, { chunk: "", done: true }]);
    await nothingIsHeld({ gateway });
    expect(await stats(gateway)).toMatchObject({ hits_similar: 1, not_compared: {} });
  });

  it("is answered without a place, when all are taken", async () => {
    const { ollama, gateway } = await start({ UPSTREAM_PARALLEL: "1" });
    await gateway.post(CHAT, asking(BLUE));
    await indexed(ollama, gateway);
    const chats = new HeldAnswers(ollama, "/api/chat");
    const running = gateway.post(CHAT, asking("What is 2+2?"));
    const run = await chats.next();
    expect(cacheOf(await gateway.post(CHAT, asking(WHY_BLUE)))).toBe("HIT-SEMANTIC");
    run.json({ message: { content: "4" }, done: true, done_reason: "stop" });
    expect((await running).status).toBe(200);
    expect(chats.all).toHaveLength(1);
    await nothingIsHeld({ gateway });
  });

  it("is answered when the queue is full", async () => {
    const { ollama, gateway } = await start({
      UPSTREAM_PARALLEL: "1",
      QUEUE_CHAT_MAX_QUEUE_SIZE: "1",
      TENANT_MAX_TEXT: "10",
    });
    await gateway.post(CHAT, asking(BLUE));
    await indexed(ollama, gateway);
    const chats = new HeldAnswers(ollama, "/api/chat");
    const others = ["What is 2+2?", "What is 2+3?"].map((text) => gateway.post(CHAT, asking(text)));
    const run = await chats.next();
    const queued = () => gateway.service.load().text;
    await until(() => queued() === 2, "one runs and one waits");
    expect((await gateway.post(CHAT, asking("What is 2+4?"))).status).toBe(503);
    expect(cacheOf(await gateway.post(CHAT, asking(WHY_BLUE)))).toBe("HIT-SEMANTIC");
    const four = { message: { content: "4" }, done: true, done_reason: "stop" };
    run.json(four);
    (await chats.next()).json(four);
    await Promise.all(others);
    await nothingIsHeld({ gateway });
  });

  it("loads no model to be answered", async () => {
    const { ollama, gateway } = await start({ UPSTREAM_PARALLEL: "1" });
    await gateway.post(CHAT, asking(BLUE));
    await indexed(ollama, gateway);
    await gateway.post("/api/chat", { model: "fake", messages: [], keep_alive: 0 });
    ollama.inMemory.splice(0);
    const loads = ollama.loads.filter((name) => name === "fake:latest").length;
    expect(cacheOf(await gateway.post(CHAT, asking(WHY_BLUE)))).toBe("HIT-SEMANTIC");
    await nothingIsHeld({ gateway });
    expect(ollama.loads.filter((name) => name === "fake:latest")).toHaveLength(loads);
  });

  it("leaves nothing behind when its client leaves during the lookup", async () => {
    const { ollama, gateway } = await start();
    await gateway.post(CHAT, asking(BLUE));
    await indexed(ollama, gateway);
    const embeds = new HeldAnswers(ollama, "/api/embed");
    const leaver = new AbortController();
    const asked = gateway.post(CHAT, asking(WHY_BLUE), { signal: leaver.signal });
    const embed = await embeds.next();
    leaver.abort();
    await expect(asked).rejects.toThrow();
    embed.json({ model: "all-minilm", embeddings: [[0.6, 0.8]] });
    await nothingIsHeld({ gateway });
    expect(ollama.to("/api/chat")).toHaveLength(1);
  });
});

describe("another question", () => {
  it.each([
    "Why is the sky not blue?",
    "Why is the sea blue?",
    "Why was the sky blue?",
    "When is the sky blue?",
    "Why is the sky blue in Paris?",
    "Pourquoi le ciel est-il bleu ?",
  ])("goes to the model: %s", async (text) => {
    const { ollama, gateway } = await start();
    await gateway.post(CHAT, asking(BLUE));
    await indexed(ollama, gateway);
    expect(cacheOf(await gateway.post(CHAT, asking(text)))).toBe("MISS");
    expect(ollama.to("/api/chat")).toHaveLength(2);
    expect(await stats(gateway)).toMatchObject({ hits_similar: 0 });
  });

  it("is another tenant's, however equal the words", async () => {
    const { ollama, gateway } = await start();
    await gateway.post(CHAT, asking(BLUE), { headers: { "x-project-name": "one" } });
    await indexed(ollama, gateway);
    const headers = { "x-project-name": "two" };
    expect(cacheOf(await gateway.post(CHAT, asking(WHY_BLUE), { headers }))).toBe("MISS");
  });
});

describe("without its vector", () => {
  it("a question goes to the model, and the statistics say why", async () => {
    const { ollama, gateway } = await start();
    await gateway.post(CHAT, asking(BLUE));
    await indexed(ollama, gateway);
    ollama.script("/api/embed", (_request, response) => {
      response.writeHead(500, { "Content-Type": "application/json" });
      response.end('{"error":"no"}');
    });
    expect(cacheOf(await gateway.post(CHAT, asking(WHY_BLUE)))).toBe("MISS");
    expect(await stats(gateway)).toMatchObject({ not_compared: { failed: 1 } });
  });

  it("a question waits for it so long, and goes to the model", async () => {
    const { ollama, gateway } = await start();
    await gateway.post(CHAT, asking(BLUE));
    await indexed(ollama, gateway);
    const embeds = new HeldAnswers(ollama, "/api/embed");
    expect(cacheOf(await gateway.post(CHAT, asking(WHY_BLUE)))).toBe("MISS");
    expect(await stats(gateway)).toMatchObject({ not_compared: { slow: 1 }, hits_similar: 0 });
    ollama.script("/api/embed", undefined);
    for (const embed of embeds.all) embed.crash();
    await nothingIsHeld({ gateway });
  });

  it.each([
    ["of another length", [1]],
    ["without a direction", [0, 0]],
    ["of no numbers", [null, null]],
    ["of nothing", []],
  ])("a question with a vector %s goes to the model", async (_what, vector) => {
    const { ollama, gateway } = await start();
    await gateway.post(CHAT, asking(BLUE));
    await indexed(ollama, gateway);
    ollama.script("/api/embed", (_request, response) => {
      response.writeHead(200, { "Content-Type": "application/json" });
      response.end(JSON.stringify({ model: "all-minilm", embeddings: [vector] }));
    });
    const answer = await gateway.post(CHAT, asking(WHY_BLUE));
    expect([answer.status, cacheOf(answer)]).toEqual([200, "MISS"]);
    await nothingIsHeld({ gateway });
    // Nor do such vectors spoil what was there.
    ollama.script("/api/embed", undefined);
    const again = await gateway.post(CHAT, asking("Please tell me why the sky is blue."));
    expect(cacheOf(again)).toBe("HIT-SEMANTIC");
  });

  it("an answer is found by the same words only", async () => {
    const { gateway } = await start({}, ["fake:latest"]);
    await gateway.post(CHAT, asking(BLUE));
    expect(cacheOf(await gateway.post(CHAT, asking(WHY_BLUE)))).toBe("MISS");
    expect(cacheOf(await gateway.post(CHAT, asking(BLUE)))).toBe("HIT-EXACT");
  });

  it("nothing is asked for one with RESPONSE_CACHE_SEMANTIC=off", async () => {
    const { ollama, gateway } = await start({ RESPONSE_CACHE_SEMANTIC: "off" });
    for (const text of [BLUE, WHY_BLUE]) {
      expect(cacheOf(await gateway.post(CHAT, asking(text)))).toBe("MISS");
    }
    expect(cacheOf(await gateway.post(CHAT, asking(BLUE)))).toBe("HIT-EXACT");
    expect(ollama.to("/api/embed")).toEqual([]);
  });
});

it("an answer that is deleted is no longer found by other words", async () => {
  const { ollama, gateway } = await start();
  await gateway.post(CHAT, asking(BLUE));
  await indexed(ollama, gateway);
  await gateway.get("/api/v1/cache", { method: "DELETE" });
  expect(cacheOf(await gateway.post(CHAT, asking(WHY_BLUE)))).toBe("MISS");
});

it.each([
  ["a text of a megabyte", `${"why ".repeat(262_144)}?`],
  ["emoji", "Why is the sky blue? \u{1F600}\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}"],
  ["half a character", "Why is the sky blue \ud83d?"],
  ["mixed scripts", "Why is the sky blue? Почему небо голубое? 空はなぜ青い"],
  ["letters that look alike", "Why is the sky bluе?"],
  ["marks that turn the direction", "Why is the \u202Esky\u202C blue?"],
  ["a zero byte", "Why is the sky\0 blue?"],
])("is asked anew, and harms nothing: %s", async (_what, text) => {
  const { ollama, gateway } = await start({ MAX_PROMPT_TOKENS: "1000000" });
  await gateway.post(CHAT, asking(BLUE));
  await indexed(ollama, gateway);
  const answer = await gateway.post(CHAT, asking(text));
  expect([answer.status, cacheOf(answer)]).toEqual([200, "MISS"]);
  expect(cacheOf(await gateway.post(CHAT, asking(BLUE)))).toBe("HIT-EXACT");
  await nothingIsHeld({ gateway });
});
