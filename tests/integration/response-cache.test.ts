import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { until } from "../support/deadline.ts";
import { eventsOf } from "../support/event-stream.ts";
import { type Gateway } from "../support/gateway.ts";
import { CHAT, COMPLETIONS, start, asking, cacheOf, runs, stats } from "./response-cache-set-up.ts";

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
