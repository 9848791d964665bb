import { describe, expect, it } from "vitest";
import { until } from "../support/deadline.ts";
import { startFakeOllama, type Reply } from "../support/fake-ollama.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";
import { BLUE, CHAT, WHY_BLUE, asking, indexed } from "./response-cache-set-up.ts";

interface Report {
  compared: number;
  skipped: number;
  comparisons: Record<string, unknown>[];
}

async function start(reply: Reply, env: Record<string, string> = {}) {
  const ollama = await startFakeOllama({ models: ["fake:latest", "all-minilm:latest"], reply });
  const gateway = await startGateway({
    OLLAMA_BASE_URL: ollama.url,
    RESPONSE_CACHE_ENABLED: "true",
    RESPONSE_CACHE_SEMANTIC: "shadow",
    RATE_LIMIT_ENABLED: "false",
    ...env,
  });
  return { ollama, gateway };
}

const report = async (gateway: Gateway, headers: Record<string, string> = {}) =>
  (await (await gateway.get("/api/v1/cache/shadow", { headers })).json()) as Report;
const compared = (gateway: Gateway): Promise<void> =>
  until(async () => (await report(gateway)).compared === 1, "a comparison");

/** Answers that differ: the first time in three words, then with another number and a "not". */
function twoAnswers(): Reply {
  const answers = [
    ["Air ", "has 2 gases"],
    ["Air has not ", "3 gases"],
  ];
  return (path) => Promise.resolve(path === "/api/chat" ? (answers.shift() ?? ["Air"]) : []);
}

describe("shadow mode", () => {
  it("shows nothing that was deleted while the model answered", async () => {
    const { ollama, gateway } = await start(twoAnswers());
    await gateway.post(CHAT, asking(BLUE));
    await indexed(ollama, gateway);
    const chats = new HeldAnswers(ollama, "/api/chat");
    const asked = gateway.post(CHAT, asking(WHY_BLUE));
    const run = await chats.next();
    await until(
      () => ollama.to("/api/embed").length > 1 && gateway.service.load().comparisons === 0,
      "the lookup",
    );
    await gateway.get("/api/v1/cache", { method: "DELETE" });
    run.json({ message: { content: "Air" }, done: true, done_reason: "stop" });
    expect((await asked).status).toBe(200);
    await nothingIsHeld({ gateway });
    expect(await report(gateway)).toMatchObject({ compared: 0, comparisons: [] });
  });

  it("serves what the model answers, and shows beside it what the cache had answered", async () => {
    const { ollama, gateway } = await start(twoAnswers());
    await gateway.post(CHAT, asking(BLUE));
    await indexed(ollama, gateway);
    const answer = await gateway.post(CHAT, asking(WHY_BLUE));
    expect(answer.headers.get("x-cache")).toBe("MISS");
    expect(await answer.json()).toMatchObject({ message: { content: "Air has not 3 gases" } });
    await compared(gateway);
    expect(await report(gateway)).toMatchObject({
      compared: 1,
      skipped: 0,
      numbers_agree: 0,
      negations_agree: 0,
      comparisons: [
        {
          model: "fake:latest",
          similarity: 1,
          answer_similarity: 1,
          numbers_agree: false,
          negations_agree: false,
          question: WHY_BLUE,
          similar_question: BLUE,
          answer: "Air has not 3 gases",
          similar_answer: "Air has 2 gases",
        },
      ],
    });
    // The same words are answered from the cache as ever.
    expect((await gateway.post(CHAT, asking(BLUE))).headers.get("x-cache")).toBe("HIT-EXACT");
    await nothingIsHeld({ gateway });
  });

  it("compares what the drop-in paths answer too", async () => {
    const { ollama, gateway } = await start(twoAnswers());
    const headers = { "x-shared-ollama-cache": "semantic" };
    await (await gateway.post("/api/chat", asking(BLUE), { headers })).text();
    await indexed(ollama, gateway);
    await (await gateway.post("/api/chat", asking(WHY_BLUE), { headers })).text();
    await compared(gateway);
    expect((await report(gateway)).comparisons).toMatchObject([
      { answer: "Air has not 3 gases", similar_answer: "Air has 2 gases" },
    ]);
  });

  it("shows no texts to whoever comes through a proxy", async () => {
    const { ollama, gateway } = await start(twoAnswers());
    await gateway.post(CHAT, asking(BLUE));
    await indexed(ollama, gateway);
    await gateway.post(CHAT, asking(WHY_BLUE));
    await compared(gateway);
    const { comparisons } = await report(gateway, { "x-forwarded-for": "192.0.2.7" });
    expect(Object.keys(comparisons[0] ?? {})).toEqual([
      "at",
      "tenant",
      "model",
      "similarity",
      "answer_similarity",
      "numbers_agree",
      "negations_agree",
    ]);
  });

  it("forgets the texts with the answers", async () => {
    const { ollama, gateway } = await start(twoAnswers());
    await gateway.post(CHAT, asking(BLUE));
    await indexed(ollama, gateway);
    await gateway.post(CHAT, asking(WHY_BLUE));
    await compared(gateway);
    await gateway.get("/api/v1/cache?tenant=nobody", { method: "DELETE" });
    expect((await report(gateway)).comparisons).toHaveLength(1);
    await gateway.get("/api/v1/cache", { method: "DELETE" });
    expect(await report(gateway)).toMatchObject({ compared: 1, comparisons: [] });
  });

  it("looks at no answer that was cut off", async () => {
    const { ollama, gateway } = await start(twoAnswers());
    await gateway.post(CHAT, asking(BLUE));
    await indexed(ollama, gateway);
    const held = new HeldAnswers(ollama, "/api/chat");
    const asked = gateway.post(CHAT, asking(WHY_BLUE));
    const run = await held.next();
    run.json({ message: { content: "Air" }, done: true, done_reason: "length" });
    await asked;
    await until(async () => (await report(gateway)).skipped === 1, "it is counted");
    expect(await report(gateway)).toMatchObject({ compared: 0 });
  });

  it.each([{ RESPONSE_CACHE_SEMANTIC: "on" }, { RESPONSE_CACHE_ENABLED: "false" }])(
    "has nothing to show with %j",
    async (env) => {
      const { gateway } = await start(twoAnswers(), env);
      const answer = await gateway.get("/api/v1/cache/shadow");
      expect([answer.status, await answer.json()]).toMatchObject([404, { code: "not_found" }]);
    },
  );
});
