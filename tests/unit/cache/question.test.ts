import { describe, expect, it } from "vitest";
import { questionOf } from "../../../src/cache/question.ts";
import type { OllamaRequest } from "../../../src/inference/runner.ts";

const user = (content: unknown, more: object = {}) => ({ role: "user", content, ...more });
const chat = (messages: unknown, more: object = {}): OllamaRequest => ({
  path: "/api/chat",
  line: "text",
  model: "Fake",
  body: { messages, ...more },
  hints: { kind: "generate" },
});
const generate = (body: Record<string, unknown>): OllamaRequest => ({
  ...chat([]),
  path: "/api/generate",
  body,
});
const ask = (request: OllamaRequest, tenant = "acme", digest = "d", version = "0.13.5") =>
  questionOf(request, { tenant, digest, version });

describe("questionOf", () => {
  it("takes the last user message, under the model's canonical name", () => {
    const question = ask(chat([user("Hi"), { role: "assistant", content: "Ho" }, user("Why?")]));
    expect(question).toMatchObject({ text: "Why?", tenant: "acme", model: "fake:latest" });
  });

  it("takes the prompt of generate", () => {
    expect(ask(generate({ prompt: "Why?" }))?.text).toBe("Why?");
  });

  it.each<[string, OllamaRequest]>([
    ["a tool's answer at the end", chat([user("Hi"), { role: "tool", content: "sun" }])],
    ["an assistant's words at the end", chat([user("Hi"), { role: "assistant", content: "Ho" }])],
    ["an empty message", chat([user("")])],
    ["parts", chat([user([{ type: "text", text: "Hi" }])])],
    ["no messages", chat([])],
    ["messages that are none", chat("Hi")],
    ["a message that is none", chat([null])],
    ["no prompt", generate({})],
    ["an unload", { ...chat([user("Hi")]), hints: { kind: "generate", keepAlive: 0 } }],
  ])("leaves alone %s", (_what, request) => {
    expect(ask(request)).toBeUndefined();
  });

  it("is the same question whatever the text and however long the model stays", () => {
    const one = ask(chat([user("a")], { keep_alive: "5m" }));
    const two = ask(chat([user("b")], { keep_alive: -1 }));
    expect(one?.space).toBe(two?.space);
  });

  const base = ask(chat([user("a")], { options: { seed: 1 } }));
  it.each([
    ["tenant", ask(chat([user("a")], { options: { seed: 1 } }), "other")],
    ["digest", ask(chat([user("a")], { options: { seed: 1 } }), "acme", "e")],
    ["server", ask(chat([user("a")], { options: { seed: 1 } }), "acme", "d", "0.30.0")],
    ["model", ask({ ...chat([user("a")], { options: { seed: 1 } }), model: "other" })],
    ["option", ask(chat([user("a")], { options: { seed: 2 } }))],
    ["format", ask(chat([user("a")], { options: { seed: 1 }, format: "json" }))],
    ["tools", ask(chat([user("a")], { options: { seed: 1 }, tools: [{}] }))],
    ["truncation", ask(chat([user("a")], { options: { seed: 1 }, truncate: false }))],
    ["turn before", ask(chat([user("x"), user("a")], { options: { seed: 1 } }))],
    ["field of the message", ask(chat([user("a", { name: "b" })], { options: { seed: 1 } }))],
    ["route", ask(generate({ prompt: "a", options: { seed: 1 } }))],
  ])("is another space with another %s", (_what, other) => {
    expect(other?.space).not.toBe(base?.space);
    expect(other?.space).toMatch(/^[\w-]{43}$/);
  });

  it.each([
    [undefined, true],
    [{}, true],
    [{ temperature: 0.2 }, true],
    [{ temperature: 0 }, false],
    [{ temperature: 1, seed: 0 }, false],
    [{ temperature: 1, seed: -1 }, true],
    ["nonsense", true],
  ])("knows whether the model samples: %j", (options, isSampled) => {
    expect(ask(chat([user("a")], { options }))?.isSampled).toBe(isSampled);
  });
});
