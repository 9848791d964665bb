import { describe, expect, it } from "vitest";
import { fromOllamaCalls, toOllamaMessages } from "../../../src/dialects/messages.ts";
import { PromptLimit, textsOf } from "../../../src/dialects/prompt-limit.ts";

const call = (args: string) => ({
  id: "call_1",
  type: "function" as const,
  function: { name: "weather", arguments: args },
});

describe("toOllamaMessages", () => {
  it("turns a developer into the system, and nothing said into empty text", () => {
    expect(
      toOllamaMessages([
        { role: "developer", content: "be brief" },
        { role: "user", content: null },
      ]),
    ).toEqual([
      { role: "system", content: "be brief" },
      { role: "user", content: "" },
    ]);
  });

  it.each([
    ['{"city":"Rome"}', { city: "Rome" }],
    ["", {}],
    ["{}", {}],
  ])("sends the arguments %j as an object", (text, expected) => {
    const [message] = toOllamaMessages([{ role: "assistant", tool_calls: [call(text)] }]);
    expect(message).toEqual({
      role: "assistant",
      content: "",
      tool_calls: [{ id: "call_1", function: { name: "weather", arguments: expected } }],
    });
  });

  it.each(["[1]", "null", '"x"', "{broken"])("refuses the arguments %j", (text) => {
    expect(() => toOllamaMessages([{ role: "assistant", tool_calls: [call(text)] }])).toThrow(
      expect.objectContaining({ code: "invalid_request", param: "messages" }),
    );
  });

  it("names the tool that an answer belongs to", () => {
    const [, answer, stray] = toOllamaMessages([
      { role: "assistant", tool_calls: [call("{}")] },
      { role: "tool", content: "sunny", tool_call_id: "call_1" },
      { role: "tool", content: "?", tool_call_id: "call_9" },
    ]);
    expect(answer).toEqual({
      role: "tool",
      content: "sunny",
      tool_call_id: "call_1",
      tool_name: "weather",
    });
    expect(stray).toEqual({ role: "tool", content: "?", tool_call_id: "call_9" });
  });
});

describe("fromOllamaCalls", () => {
  const fromOllama = (args: unknown, id?: string) =>
    fromOllamaCalls({ tool_calls: [{ id, function: { name: "weather", arguments: args } }] });

  it.each([
    [{ city: "Rome" }, '{"city":"Rome"}'],
    ['{"city":"Rome"}', '{"city":"Rome"}'],
    [undefined, "{}"],
    [null, "{}"],
  ])("writes the arguments %j as text", (args, expected) => {
    expect(fromOllama(args, "call_1")).toEqual([call(expected)]);
  });

  it("makes an id where Ollama gives none, another one each time", () => {
    const ids = [undefined, "", undefined].map((id) => fromOllama({}, id)?.[0]?.id);
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id).toMatch(/^call_[0-9a-f]{8}$/);
  });

  it.each([undefined, null, "x", {}, { tool_calls: [] }, { tool_calls: null }])(
    "finds no calls in %j",
    (message) => {
      expect(fromOllamaCalls(message)).toBeUndefined();
    },
  );
});

describe("PromptLimit", () => {
  const limit = new PromptLimit(4, { Big: 8 });

  it.each([
    ["m", ["x".repeat(16)]],
    ["m", ["x".repeat(10), undefined, null, "x".repeat(6)]],
    ["big:latest", ["x".repeat(32)]],
    ["m", []],
  ])("lets a prompt for %s pass that is as large as it may be", (model, texts) => {
    expect(() => limit.check(model, texts)).not.toThrow();
  });

  it.each([
    ["m", ["x".repeat(17)], 5, 4],
    ["m", ["x".repeat(10), "x".repeat(7)], 5, 4],
    ["library/big", ["x".repeat(33)], 9, 8],
  ])("refuses a prompt for %s that is one character larger", (model, texts, tokens, most) => {
    expect(() => limit.check(model, texts)).toThrow(
      expect.objectContaining({
        code: "prompt_too_large",
        fields: { estimated_tokens: tokens, limit_tokens: most },
      }),
    );
  });

  it("counts characters, not the units that JavaScript has them in", () => {
    expect(() => limit.check("m", ["😀".repeat(16)])).not.toThrow();
    // Half of a character is one.
    expect(() => limit.check("m", ["😀".repeat(15), "\ud83d"])).not.toThrow();
    expect(() => limit.check("m", [`\ud83dx${"😀".repeat(15)}`])).toThrow(
      expect.objectContaining({ fields: { estimated_tokens: 5, limit_tokens: 4 } }),
    );
  });

  it("counts contents and the JSON of tool calls", () => {
    const texts = textsOf([
      { role: "user", content: "abc" },
      { role: "assistant", tool_calls: [call("{}")] },
    ]);
    expect(texts.join("")).toBe(`abc${JSON.stringify([call("{}")])}`);
  });
});
