import { describe, expect, it } from "vitest";
import { rawOutcome, readRaw } from "../../../src/cache/raw-answer.ts";
import { textOf } from "../../../src/inference/answer-text.ts";

const JSON_TYPE = "application/json; charset=utf-8";
const NDJSON = "application/x-ndjson";
const SSE = "text/event-stream";

const lines = (...values: object[]): string =>
  values.map((value) => `${JSON.stringify(value)}\n`).join("");
const events = (...values: (object | string)[]): string =>
  values
    .map((value) => `data: ${typeof value === "string" ? value : JSON.stringify(value)}\n\n`)
    .join("");
const chunk = (choice: object): object => ({ choices: [{ index: 0, ...choice }] });
const said = (content: string): object => chunk({ delta: { content }, finish_reason: null });
const STOP = chunk({ delta: {}, finish_reason: "stop" });
const USAGE = { choices: [], usage: { total_tokens: 3 } };

function outcome(contentType: string, body: string, status = 200) {
  // Cut in the middle of a character, as a network may.
  const bytes = Buffer.from(body);
  const chunks = [bytes.subarray(0, 7), bytes.subarray(7)];
  return rawOutcome({ status, contentType }, chunks);
}

describe("a raw answer", () => {
  it.each<[string, string, string, string]>([
    ["Ollama's whole chat", JSON_TYPE, lines({ message: { content: "é!" }, ...done() }), "é!"],
    ["Ollama's whole generate", JSON_TYPE, lines({ response: "é!", ...done() }), "é!"],
    [
      "Ollama's stream",
      NDJSON,
      lines({ message: { content: "é" } }, { message: { content: "!" }, ...done() }),
      "é!",
    ],
    ["OpenAI's stream", SSE, events(said("é"), said("!"), STOP, USAGE, "[DONE]"), "é!"],
    [
      "OpenAI's whole answer",
      JSON_TYPE,
      JSON.stringify(chunk({ message: { content: "é!" }, finish_reason: "stop" })),
      "é!",
    ],
    [
      "OpenAI's completion",
      JSON_TYPE,
      JSON.stringify(chunk({ text: "é!", finish_reason: "stop" })),
      "é!",
    ],
  ])("is kept byte for byte: %s", (_what, contentType, body, text) => {
    expect(outcome(contentType, body)).toEqual({ answer: { contentType, body } });
    expect(textOf(readRaw({ contentType, body }))).toBe(text);
  });

  it.each<[string, string, string, string]>([
    ["an OpenAI stream without [DONE]", SSE, events(said("a"), STOP), "incomplete"],
    ["no end at all", SSE, events(said("a"), "[DONE]"), "incomplete"],
    ["two choices", SSE, events({ choices: [{}, {}] }, STOP, "[DONE]"), "incomplete"],
    ["an error in a stream", SSE, events(said("a"), { error: {} }, "[DONE]"), "incomplete"],
    ["what is no JSON", JSON_TYPE, "<html>", "incomplete"],
    ["null", JSON_TYPE, "null", "incomplete"],
    ["nothing", NDJSON, "", "incomplete"],
    ["half a line", NDJSON, '{"done":true', "incomplete"],
    ["an answer without text", NDJSON, lines({ message: { content: "" }, ...done() }), "empty"],
    ["one that was cut", JSON_TYPE, lines({ response: "a", ...done("length") }), "truncated"],
    [
      "one that calls a tool",
      JSON_TYPE,
      lines({ message: { content: "a", tool_calls: [{}] }, ...done() }),
      "tool_call",
    ],
  ])("is not kept: %s", (_what, contentType, body, reason) => {
    expect(outcome(contentType, body)).toEqual({ reason });
  });

  it("is not kept with another status than 200", () => {
    expect(outcome(JSON_TYPE, lines({ response: "a", ...done() }), 404)).toEqual({
      reason: "failed",
    });
  });
});

function done(reason = "stop"): object {
  return { done: true, done_reason: reason };
}
