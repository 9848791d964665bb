import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { until } from "../support/deadline.ts";
import { eventsOf, EventReader } from "../support/event-stream.ts";
import { startFakeOllama, type FakeOllama } from "../support/fake-ollama.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const CHAT = "/api/v1/chat";
const COMPLETIONS = "/api/v1/chat/completions";

async function start(env: Record<string, string> = {}) {
  const ollama = await startFakeOllama({ models: ["fake:latest", "other:latest"] });
  const gateway = await startGateway({
    OLLAMA_BASE_URL: ollama.url,
    RESPONSE_CACHE_ENABLED: "true",
    RATE_LIMIT_ENABLED: "false",
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
const runs = (ollama: FakeOllama): number => ollama.to("/api/chat").length;
const stats = async (gateway: Gateway) =>
  (await (await gateway.get("/api/v1/cache/stats")).json()) as Record<string, unknown>;

/** The figures of an answer's Server-Timing, in milliseconds. */
const timingOf = (answer: Response): Record<string, number> =>
  Object.fromEntries(
    (answer.headers.get("server-timing") ?? "")
      .split(", ")
      .map((part) => part.split(";dur="))
      .map(([name = "", ms]) => [name, Number(ms)]),
  );

describe("the Server-Timing of a stream", () => {
  const FIRST = "Why is the sky blue?";

  it("from the cache is its own: how long its first piece has taken, and no run of the model", async () => {
    const { ollama, gateway } = await start();
    ollama.inMemory.push("fake:latest");
    const chats = new HeldAnswers(ollama, "/api/chat");
    const startedAt = performance.now();
    const made = gateway.post(CHAT, asking(FIRST, { stream: true }));
    const run = await chats.next();
    run.piece("light");
    run.finish();
    const first = timingOf(await made);
    await (await made).text();
    for (const path of [CHAT, COMPLETIONS]) {
      const askedAt = performance.now();
      const again = await gateway.post(path, asking(FIRST, { stream: true }));
      const tookMs = performance.now() - askedAt;
      expect(cacheOf(again)).toBe("HIT-EXACT");
      const timing = timingOf(again);
      expect(Object.keys(timing)).toEqual(["first"]);
      expect(timing["first"]).toBeGreaterThan(0);
      expect(timing["first"]).toBeLessThanOrEqual(tookMs);
      await again.text();
    }
    expect(first["first"]).toBeLessThan(performance.now() - startedAt);
    expect(Object.keys(first)).toEqual(["queue", "load", "first"]);
  });

  it("that joins another's run is its own, too", async () => {
    const { ollama, gateway } = await start();
    const loads = new HeldAnswers(ollama, "/api/generate");
    const chats = new HeldAnswers(ollama, "/api/chat");
    const first = gateway.post(CHAT, asking(FIRST, { stream: true }));
    (await loads.next()).json({ done: true, done_reason: "load" });
    const run = await chats.next();
    const askedAt = performance.now();
    const second = gateway.post(CHAT, asking(FIRST, { stream: true }));
    await until(async () => (await stats(gateway))["shared"] === 1, "the second has joined");
    run.piece("light");
    const [timing, joined] = [timingOf(await first), timingOf(await second)];
    const tookMs = performance.now() - askedAt;
    run.finish();
    for (const answer of [await first, await second]) await answer.text();
    expect(timing["load"]).toBeGreaterThan(0);
    // It came when the model was loaded.
    expect(joined).toMatchObject({ queue: 0, load: 0 });
    expect(joined["first"]).toBeGreaterThan(0);
    expect(joined["first"]).toBeLessThanOrEqual(tookMs);
    expect(joined["first"]).toBeLessThan(timing["first"] ?? 0);
  });
});

describe("a question asked again", () => {
  it("is answered from the cache, and the answer says so", async () => {
    const { ollama, gateway } = await start();
    const first = await gateway.post(CHAT, asking("Why is the sky blue?"));
    expect([first.status, cacheOf(first), first.headers.get("age")]).toEqual([200, "MISS", null]);
    const made = (await first.json()) as { message: object; prompt_eval_count: number };
    const second = await gateway.post(CHAT, asking("Why is the sky blue?"));
    expect([second.status, cacheOf(second)]).toEqual([200, "HIT-EXACT"]);
    expect(second.headers.get("age")).toBe("0");
    const kept = (await second.json()) as Record<string, unknown>;
    expect(kept).toMatchObject({
      message: made.message,
      prompt_eval_count: 7,
      model: "fake",
    });
    expect(kept["request_id"]).not.toBe((made as Record<string, unknown>)["request_id"]);
    expect(runs(ollama)).toBe(1);
    expect(await stats(gateway)).toMatchObject({ entries: 1, hits_exact: 1, misses: 1 });
  });

  it.each([
    ["case, white space and end punctuation", "  why is the sky blue \n"],
    ["the very same", "Why is the sky blue?"],
  ])("is found again: %s", async (_what, again) => {
    const { ollama, gateway } = await start();
    await gateway.post(CHAT, asking("Why is the sky blue?"));
    expect(cacheOf(await gateway.post(CHAT, asking(again)))).toBe("HIT-EXACT");
    expect(runs(ollama)).toBe(1);
  });

  it("is answered in the dialect and as the stream that is asked for", async () => {
    const { ollama, gateway } = await start();
    const streamed = await eventsOf(await gateway.post(CHAT, asking("Hi", { stream: true })));
    expect(streamed.at(-1)).toMatchObject({ done: true });
    const completion = await gateway.post(COMPLETIONS, asking("Hi"));
    expect(cacheOf(completion)).toBe("HIT-EXACT");
    expect(await completion.json()).toMatchObject({
      choices: [{ message: { role: "assistant", content: "Hello" }, finish_reason: "stop" }],
      usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 },
    });
    const replayed = await gateway.post(COMPLETIONS, asking("Hi", { stream: true }));
    expect([cacheOf(replayed), replayed.headers.get("content-type")]).toEqual([
      "HIT-EXACT",
      "text/event-stream; charset=utf-8",
    ]);
    const chunks = await eventsOf(replayed);
    expect(chunks).toMatchObject([
      { choices: [{ delta: { role: "assistant", content: "Hello" }, finish_reason: null }] },
      { choices: [{ finish_reason: "stop" }], usage: { total_tokens: 9 } },
      "[DONE]",
    ]);
    const whole = await eventsOf(await gateway.post(CHAT, asking("Hi", { stream: true })));
    expect(whole).toMatchObject([
      { chunk: "Hello", done: false },
      { chunk: "", done: true },
    ]);
    expect(runs(ollama)).toBe(1);
  });

  it("is answered again after generate, which is another route", async () => {
    const { ollama, gateway } = await start();
    const prompt = { model: "fake", prompt: "Hi" };
    const first = await gateway.post("/api/v1/generate", prompt);
    expect([cacheOf(first), ((await first.json()) as { text: string }).text]).toEqual([
      "MISS",
      "Hello",
    ]);
    const second = await gateway.post("/api/v1/generate", prompt);
    expect([cacheOf(second), ((await second.json()) as { text: string }).text]).toEqual([
      "HIT-EXACT",
      "Hello",
    ]);
    expect(cacheOf(await gateway.post(CHAT, asking("Hi")))).toBe("MISS");
    // Beside it there was the load of the model.
    const asked = ollama.to("/api/generate").filter(({ body }) => body.includes('"Hi"'));
    expect(asked).toHaveLength(1);
  });

  it("is answered to items of a batch", async () => {
    const { ollama, gateway } = await start();
    await gateway.post(CHAT, asking("Hi"));
    const requests = [asking("Hi"), asking("hi."), asking("Ho")];
    const answer = await gateway.post("/api/v1/batch/chat", { requests });
    expect(await answer.json()).toMatchObject({ successful: 3 });
    expect(runs(ollama)).toBe(2);
  });
});

describe("another question", () => {
  const base = asking("Why is the sky blue?", { max_tokens: 9, temperature: 0 });
  it.each<[string, object, Record<string, string>]>([
    ["another tenant", base, { "x-project-name": "other" }],
    ["another model", { ...base, model: "other" }, {}],
    ["other options", { ...base, temperature: 0.1 }, {}],
    ["another limit", { ...base, max_tokens: 10 }, {}],
    ["a format", { ...base, format: "json" }, {}],
    ["tools", { ...base, tools: [tool("weather")] }, {}],
    ["thinking", { ...base, think: true }, {}],
    [
      "earlier turns",
      {
        ...base,
        messages: [
          { role: "user", content: "Hi" },
          { role: "assistant", content: "Hello" },
          ...base.messages,
        ],
      },
      {},
    ],
    [
      "system text",
      { ...base, messages: [{ role: "system", content: "Be brief." }, ...base.messages] },
      {},
    ],
    ["another word", asking("Why is the sea blue?", { max_tokens: 9, temperature: 0 }), {}],
  ])("is not answered from the cache: %s", async (_what, body, headers) => {
    const { ollama, gateway } = await start();
    const json = { "content-type": "application/json" };
    const send = (value: object, more: Record<string, string> = {}) =>
      gateway.post(CHAT, value, { headers: { ...json, "x-project-name": "one", ...more } });
    expect(cacheOf(await send(base))).toBe("MISS");
    expect(cacheOf(await send(body, headers))).toBe("MISS");
    expect(cacheOf(await send(base))).toBe("HIT-EXACT");
    expect(runs(ollama)).toBe(2);
  });

  it("does not see another tenant's answers, also not their number by deleting", async () => {
    const { gateway } = await start();
    await gateway.post(CHAT, asking("Hi"), { headers: { "x-project-name": "one" } });
    const dropped = await gateway.get("/api/v1/cache?tenant=two", { method: "DELETE" });
    expect(await dropped.json()).toEqual({ dropped: 0 });
  });
});

describe("the cache is switched off for a request", () => {
  it.each([
    ["X-Shared-Ollama-Cache: off", { "x-shared-ollama-cache": "off" }],
    ["Cache-Control: no-cache", { "cache-control": "no-cache" }],
    ["Cache-Control: no-store", { "cache-control": "max-age=0, No-Store" }],
  ])("by %s, which neither reads nor keeps", async (_what, headers) => {
    const { ollama, gateway } = await start();
    await gateway.post(CHAT, asking("Hi"));
    expect(cacheOf(await gateway.post(CHAT, asking("Hi"), { headers }))).toBe("BYPASS");
    expect(cacheOf(await gateway.post(CHAT, asking("Ho"), { headers }))).toBe("BYPASS");
    expect(cacheOf(await gateway.post(CHAT, asking("Ho")))).toBe("MISS");
    expect(runs(ollama)).toBe(4);
    expect(await stats(gateway)).toMatchObject({ bypasses: 2 });
  });

  it("by no other value", async () => {
    const { gateway } = await start();
    const headers = { "x-shared-ollama-cache": "no" };
    const answer = await gateway.post(CHAT, asking("Hi"), { headers });
    expect([answer.status, await answer.json()]).toMatchObject([400, { code: "invalid_request" }]);
  });

  it("by RESPONSE_CACHE_ENABLED=false for all, and nothing is said of it", async () => {
    const { ollama, gateway } = await start({ RESPONSE_CACHE_ENABLED: "false" });
    for (const _ of [1, 2]) expect(cacheOf(await gateway.post(CHAT, asking("Hi")))).toBeNull();
    expect(runs(ollama)).toBe(2);
    expect(await stats(gateway)).toMatchObject({ enabled: false, entries: 0, misses: 0 });
  });

  it("by RESPONSE_CACHE_SAMPLED=false where the model may answer differently", async () => {
    const { ollama, gateway } = await start({ RESPONSE_CACHE_SAMPLED: "false" });
    for (const _ of [1, 2]) expect(cacheOf(await gateway.post(CHAT, asking("Hi")))).toBe("BYPASS");
    for (const more of [{ temperature: 0 }, { seed: 7 }]) {
      expect(cacheOf(await gateway.post(CHAT, asking("Hi", more)))).toBe("MISS");
      expect(cacheOf(await gateway.post(CHAT, asking("Hi", more)))).toBe("HIT-EXACT");
    }
    expect(runs(ollama)).toBe(4);
  });
});

describe("what is not kept", () => {
  const twice = async (answer: object, status = 200) => {
    const { ollama, gateway } = await start();
    ollama.script("/api/chat", (_request, response) => {
      response.writeHead(status, { "Content-Type": "application/json" });
      response.end(JSON.stringify(answer));
    });
    const states: (string | null)[] = [];
    for (const _ of [1, 2]) states.push(cacheOf(await gateway.post(CHAT, asking("Hi"))));
    return { ollama, states, seen: await stats(gateway) };
  };
  const said = (message: object, more: object = {}) => ({
    message: { role: "assistant", ...message },
    done: true,
    done_reason: "stop",
    ...more,
  });

  it.each([
    ["truncated", said({ content: "Hel" }, { done_reason: "length" })],
    ["tool_call", said({ content: "", tool_calls: [{ function: { name: "x", arguments: {} } }] })],
    ["empty", said({ content: "" })],
  ])("%s", async (reason, answer) => {
    const { ollama, states, seen } = await twice(answer);
    expect([states, runs(ollama)]).toEqual([["MISS", "MISS"], 2]);
    expect(seen).toMatchObject({ entries: 0, not_stored: { [reason]: 2 } });
  });

  it("an error", async () => {
    const { ollama, seen } = await twice({ error: "no" }, 500);
    expect(runs(ollama)).toBe(2);
    expect(seen).toMatchObject({ entries: 0 });
  });

  it("a stream that broke off", async () => {
    const { ollama, gateway } = await start();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const answer = gateway.post(CHAT, asking("Hi", { stream: true }));
    const held = await chats.next();
    held.piece("Hel");
    const events = new EventReader(await answer);
    expect(await events.next()).toMatchObject({ chunk: "Hel" });
    held.crash();
    expect((await events.rest()).at(-1)).toMatchObject({
      done: true,
      code: "upstream_unavailable",
    });
    expect(await stats(gateway)).toMatchObject({ entries: 0 });
  });

  it("what a model said that has another digest now", async () => {
    const { ollama, gateway } = await start();
    await gateway.post(CHAT, asking("Hi"));
    ollama.script("/api/tags", (_request, response) => {
      const model = { name: "fake:latest", digest: "f".repeat(64), details: {} };
      response.end(JSON.stringify({ models: [model] }));
    });
    await gateway.post("/api/create", { model: "fake", from: "other" });
    expect(cacheOf(await gateway.post(CHAT, asking("Hi")))).toBe("MISS");
    expect(runs(ollama)).toBe(2);
  });
});

describe("identical requests at the same time", () => {
  it("share one run, streamed", async () => {
    const { ollama, gateway } = await start();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const ask = () => gateway.post(CHAT, asking("Hi", { stream: true }));
    const first = ask();
    const held = await chats.next();
    held.piece("Hel");
    const one = new EventReader(await first);
    expect(await one.next()).toMatchObject({ chunk: "Hel" });
    // Late, and yet from the beginning.
    const two = new EventReader(await ask());
    expect(await two.next()).toMatchObject({ chunk: "Hel" });
    held.piece("lo");
    held.finish();
    for (const reader of [one, two]) {
      expect(await reader.rest()).toMatchObject([{ chunk: "lo" }, { chunk: "", done: true }]);
    }
    expect(runs(ollama)).toBe(1);
    expect(await stats(gateway)).toMatchObject({ shared: 1, misses: 2, entries: 1 });
    expect(cacheOf(await ask())).toBe("HIT-EXACT");
    await nothingIsHeld({ gateway });
  });

  it("share one run, whole, and an error too", async () => {
    const { ollama, gateway } = await start();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const answers = [1, 2, 3].map(() => gateway.post(CHAT, asking("Hi")));
    const held = await chats.next();
    await until(async () => (await stats(gateway))["shared"] === 2, "two that share");
    held.json({ error: "out of memory" }, 500);
    for (const answer of answers) {
      expect(await (await answer).json()).toMatchObject({ code: "upstream_unavailable" });
    }
    expect(runs(ollama)).toBe(1);
    await nothingIsHeld({ gateway });
  });

  it("go on when one leaves, and end when all have left", async () => {
    const { ollama, gateway } = await start();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const clients = [1, 2, 3].map(() => new AbortController());
    const answers = clients.map(({ signal }) =>
      gateway.post(CHAT, asking("Hi"), { signal }).then(
        (answer) => answer.json(),
        () => "left",
      ),
    );
    const held = await chats.next();
    await until(async () => (await stats(gateway))["shared"] === 2, "two that share");
    clients[0]?.abort();
    expect(await answers[0]).toBe("left");
    held.json({
      message: { role: "assistant", content: "Hello" },
      done: true,
      done_reason: "stop",
    });
    for (const answer of answers.slice(1)) {
      expect(await answer).toMatchObject({ message: { content: "Hello" } });
    }
    await nothingIsHeld({ gateway });
    const others = [1, 2].map(() => new AbortController());
    const asked = others.map(({ signal }) =>
      gateway.post(CHAT, asking("Ho"), { signal }).catch(() => "left"),
    );
    const second = await chats.next();
    await until(async () => (await stats(gateway))["shared"] === 3, "one that shares");
    for (const client of others) client.abort();
    expect(await Promise.all(asked)).toEqual(["left", "left"]);
    await second.sawCancel();
    await nothingIsHeld({ gateway });
  });

  it("do not share with another tenant", async () => {
    const { ollama, gateway } = await start();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const ask = (name: string) =>
      gateway.post(CHAT, asking("Hi"), { headers: { "x-project-name": name } });
    const one = ask("one");
    const first = await chats.next();
    const two = ask("two");
    first.json({ message: { role: "assistant", content: "1" }, done: true, done_reason: "stop" });
    expect(await (await one).json()).toMatchObject({ message: { content: "1" } });
    const second = await chats.next();
    second.json({ message: { role: "assistant", content: "2" }, done: true, done_reason: "stop" });
    expect(await (await two).json()).toMatchObject({ message: { content: "2" } });
  });
});

describe("DELETE /api/v1/cache", () => {
  const drop = async (gateway: Gateway, query: string) => {
    const answer = await gateway.get(`/api/v1/cache${query}`, { method: "DELETE" });
    return [answer.status, await answer.json()];
  };

  it("forgets a model's, a tenant's, or all", async () => {
    const { gateway } = await start();
    for (const [name, model] of [
      ["one", "fake"],
      ["two", "fake"],
      ["one", "other"],
    ]) {
      const headers = { "x-project-name": name ?? "" };
      await gateway.post(CHAT, { ...asking("Hi"), model }, { headers });
    }
    expect(await drop(gateway, "?model=other:latest")).toEqual([200, { dropped: 1 }]);
    expect(await drop(gateway, "?tenant=two&model=other")).toEqual([200, { dropped: 0 }]);
    expect(await drop(gateway, "?tenant=two")).toEqual([200, { dropped: 1 }]);
    expect(await drop(gateway, "")).toEqual([200, { dropped: 1 }]);
    expect(await stats(gateway)).toMatchObject({ entries: 0, bytes: 0 });
  });

  it("does not take a misspelt parameter for none", async () => {
    const { gateway } = await start();
    expect(await drop(gateway, "?modell=fake")).toMatchObject([422, { code: "validation_error" }]);
  });
});

it("tells the log what happened, and never what was said", async () => {
  const { gateway } = await start();
  for (const _ of [1, 2]) await gateway.post(CHAT, asking("the-quick-brown-fox"));
  const file = join(gateway.home, "logs", "requests.jsonl");
  const events = (): Promise<string> => readFile(file, "utf8").catch(() => "");
  await until(async () => (await events()).split("\n").length > 2, "two events");
  const lines = (await events()).trim().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { cache: string }).cache)).toEqual([
    "MISS",
    "HIT-EXACT",
  ]);
  expect(lines.join("")).not.toContain("the-quick-brown-fox");
});

function tool(name: string): object {
  return { type: "function", function: { name, parameters: {} } };
}
