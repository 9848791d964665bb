import { describe, expect, it } from "vitest";
import { joined, reasonNotToStore, replayed, stored } from "../../../src/cache/stored-answer.ts";

const last = { done: true, done_reason: "stop", eval_count: 2, total_duration: 5 };
const piece = (content: string, more: object = {}) => ({
  model: "m",
  message: { role: "assistant", content, ...more },
  done: false,
});

describe("joined", () => {
  it("makes of a chat's lines what Ollama gives without a stream", () => {
    const lines = [
      piece("", { thinking: "hm " }),
      piece("", { thinking: "so" }),
      piece("Hel"),
      piece("lo"),
      { ...piece(""), ...last },
    ];
    expect(joined(lines)).toEqual({
      model: "m",
      message: { role: "assistant", content: "Hello", thinking: "hm so" },
      ...last,
    });
  });

  it("gathers the calls of all lines", () => {
    const lines = [piece("", { tool_calls: [1] }), { ...piece("", { tool_calls: [2] }), ...last }];
    expect(joined(lines)).toMatchObject({ message: { content: "", tool_calls: [1, 2] } });
  });

  it("makes the same of generate's", () => {
    const lines = [
      { response: "", thinking: "hm", done: false },
      { response: "Hel", done: false },
      { response: "lo", ...last },
    ];
    expect(joined(lines)).toEqual({ response: "Hello", thinking: "hm", ...last });
  });

  it("leaves a whole answer as it is, and nothing as nothing", () => {
    const whole = { message: { role: "assistant", content: "Hello" }, ...last };
    expect(joined([whole])).toEqual(whole);
    expect(reasonNotToStore(joined([]))).toBe("incomplete");
  });
});

describe("replayed", () => {
  it.each([
    { model: "m", message: { role: "assistant", content: "Hello", thinking: "hm" }, ...last },
    { model: "m", response: "Hello", thinking: "hm", ...last },
    { model: "m", response: "Hello", ...last },
  ])("is a stream that joins to the same: %j", (answer) => {
    const lines = [...replayed(answer)];
    expect(lines.map((line) => line["done"])).toEqual([false, true]);
    expect(joined(lines)).toEqual(answer);
  });
});

describe("stored", () => {
  it("has no figures of the run that made it", () => {
    const answer = { message: {}, created_at: "now", load_duration: 1, context: [1], ...last };
    expect(stored(answer)).toEqual({ message: {}, done: true, done_reason: "stop", eval_count: 2 });
  });
});

describe("reasonNotToStore", () => {
  const said = (content: string, more: object = {}) => ({ ...piece(content, more), ...last });
  it.each([
    [said("Hello"), undefined],
    [{ response: "Hello", ...last }, undefined],
    [{ ...said("Hel"), done_reason: "length" }, "truncated"],
    [{ ...said(""), done_reason: "load" }, "not_an_answer"],
    [{ ...said("Hello"), done: false }, "incomplete"],
    [said("Let me look.", { tool_calls: [{}] }), "tool_call"],
    [said("Hello", { tool_calls: [] }), undefined],
    [said(""), "empty"],
    [{ response: "", ...last }, "empty"],
    [{}, "incomplete"],
  ])("%j: %s", (answer, reason) => {
    expect(reasonNotToStore(answer)).toBe(reason);
  });
});
