import { describe, expect, it } from "vitest";
import { until } from "../support/deadline.ts";
import { eventsOf } from "../support/event-stream.ts";
import { startFakeOllama, type FakeOllama } from "../support/fake-ollama.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const CHAT = "/api/v1/chat";
const BLUE = "Why is the sky blue?";
const WHY_BLUE = "Could you please tell me why the sky is blue?";

/** All texts have the same vector here: the guard alone decides. */
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

const asking = (content: string, more: object = {}) => ({
  model: "fake",
  messages: [{ role: "user", content }],
  ...more,
});
const cacheOf = (answer: Response): string | null => answer.headers.get("x-cache");
const stats = async (gateway: Gateway) =>
  (await (await gateway.get("/api/v1/cache/stats")).json()) as Record<string, unknown>;

/** Waits until the vector of the last answer was taken up: nobody else waits for that. */
const indexed = (ollama: FakeOllama, gateway: Gateway, count = 1): Promise<void> =>
  until(async () => {
    const { comparisons, embeddings } = gateway.service.load();
    return ollama.to("/api/embed").length >= count && comparisons === 0 && embeddings === 0;
  }, "the vector of the answer");

describe("a question in other words", () => {
  it("is answered from the cache, and the answer says so", async () => {
    const { ollama, gateway } = await start();
    const first = await gateway.post(CHAT, asking(BLUE));
    expect(cacheOf(first)).toBe("MISS");
    const made = (await first.json()) as { message: object };
    await indexed(ollama, gateway);
    // Held: what is there first is the answer.
    const chats = new HeldAnswers(ollama, "/api/chat");
    const second = await gateway.post(CHAT, asking(WHY_BLUE));
    expect([cacheOf(second), second.headers.get("x-cache-similarity")]).toEqual([
      "HIT-SEMANTIC",
      "1.0000",
    ]);
    expect(await second.json()).toMatchObject({ message: made.message });
    // The run that was begun beside the lookup has nobody left to read it.
    await (await chats.next()).sawCancel();
    await nothingIsHeld({ gateway });
    expect(await stats(gateway)).toMatchObject({ hits_similar: 1, entries: 1 });
  });

  it("is answered as a stream", async () => {
    const { ollama, gateway } = await start();
    await gateway.post(CHAT, asking(BLUE));
    await indexed(ollama, gateway);
    const chats = new HeldAnswers(ollama, "/api/chat");
    const answer = await gateway.post(CHAT, asking(WHY_BLUE, { stream: true }));
    expect(cacheOf(answer)).toBe("HIT-SEMANTIC");
    expect(await eventsOf(answer)).toMatchObject([{ chunk: "Hello" }, { chunk: "", done: true }]);
    await (await chats.next()).sawCancel();
    await nothingIsHeld({ gateway });
  });

  it("is answered even when the model fails meanwhile", async () => {
    const { ollama, gateway } = await start();
    await gateway.post(CHAT, asking(BLUE));
    await indexed(ollama, gateway);
    ollama.script("/api/chat", (_request, response) => {
      response.writeHead(500, { "Content-Type": "application/json" });
      response.end('{"error":"out of memory"}');
    });
    const answer = await gateway.post(CHAT, asking(WHY_BLUE));
    expect([answer.status, cacheOf(answer)]).toEqual([200, "HIT-SEMANTIC"]);
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
