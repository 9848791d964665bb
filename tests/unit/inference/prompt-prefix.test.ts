import { describe, expect, it } from "vitest";
import { promptPrefix } from "../../../src/inference/prompt-prefix.ts";

const prefixOf = (body: Record<string, unknown>) => promptPrefix((name) => body[name]);

const LONG = "You are a careful assistant of a lighthouse. ".repeat(30);
const system = { role: "system", content: LONG };
const user = (content: unknown) => ({ role: "user", content });

describe("promptPrefix", () => {
  it("is the same for each turn of a conversation", () => {
    const first = [user(LONG)];
    const second = [...first, { role: "assistant", content: "I see." }, user("Go on.")];
    expect(prefixOf({ messages: second })).toBe(prefixOf({ messages: first }));
    expect(prefixOf({ messages: first })).toBeTypeOf("number");
  });

  it("is the same for questions behind the same instructions", () => {
    const messages = ["one", "two"].map((question) => [system, user(question)]);
    expect(prefixOf({ messages: messages[0] })).toBe(prefixOf({ messages: messages[1] }));
    for (const name of ["system", "instructions"]) {
      const asked = (question: string) => prefixOf({ [name]: LONG, prompt: question });
      expect(asked("one")).toBe(asked("two"));
    }
  });

  it.each(["prompt", "input"])("differs where texts do, in %s", (name) => {
    const all = [LONG, `x${LONG}`, `${LONG.slice(0, 1000)}x${LONG}`, LONG.toUpperCase()];
    expect(new Set(all.map((text) => prefixOf({ [name]: text }))).size).toBe(all.length);
  });

  it("is that of the texts where they come in parts", () => {
    const parts = [{ type: "text", text: LONG }];
    expect(prefixOf({ messages: [user(parts)] })).toBe(prefixOf({ messages: [user(LONG)] }));
  });

  it.each<[string, Record<string, unknown>]>([
    ["short", { messages: [user("Hi")] }],
    ["nothing", {}],
    ["no text", { messages: [user([{ type: "image_url", image_url: { url: LONG } }])] }],
    ["Ollama's images", { messages: [{ ...user(LONG), images: ["AAAA"] }] }],
    ["a list of texts", { prompt: [LONG, LONG] }],
    ["no list", { messages: { content: LONG } }],
    ["no messages", { messages: [null, 7, LONG] }],
  ])("is undefined for %s", (_what, body) => {
    expect(prefixOf(body)).toBeUndefined();
  });

  it("is that of what stands before a picture, if that is long enough", () => {
    const picture = user([{ type: "image_url", image_url: { url: "x" } }]);
    expect(prefixOf({ messages: [system, picture] })).toBe(prefixOf({ messages: [system] }));
  });

  it("passes over calls of tools, which have no text", () => {
    const call = { role: "assistant", content: null, tool_calls: [{ id: "1" }] };
    expect(prefixOf({ messages: [user("Hi"), call, user(LONG)] })).toBeTypeOf("number");
  });
});
