import { describe, expect, it } from "vitest";
import { EventReader } from "../support/event-stream.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { CHAT, start, asking, cacheOf, runs, stats } from "./response-cache-set-up.ts";

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

  it.each([false, true])(
    "one to a prompt that was cut, which is told each time, stream: %s",
    async (stream) => {
      const { ollama, gateway } = await start({}, { contextLength: 16 });
      const question = asking("word ".repeat(20), { stream });
      for (const _ of [1, 2]) {
        const answer = await gateway.post(CHAT, question);
        expect(cacheOf(answer)).toBe("MISS");
        expect(await answer.text()).toContain('"truncated":{"kept":16}');
      }
      expect(runs(ollama)).toBe(4);
      expect(await stats(gateway)).toMatchObject({
        entries: 0,
        not_stored: { prompt_truncated: 2 },
      });
    },
  );

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
