import type { Token } from "node-llama-cpp";
import { describe, expect, it } from "vitest";
import { AnswerText } from "../../../../src/engine/runner/answer-text.ts";

/** Every token is one byte. */
const detokenize = (tokens: readonly Token[]) =>
  Buffer.from(tokens as readonly number[]).toString("utf8");
const answerText = (stops: string[] = []) => new AnswerText({ detokenize, stops });
const feed = (text: AnswerText, input: string) =>
  [...Buffer.from(input)].map((byte) => text.push(byte as Token));

describe("AnswerText", () => {
  it("finds a stop sequence behind a character of several bytes", () => {
    const steps = feed(answerText(["é!"]), "aé!");
    expect(steps.map(({ text }) => text).join("")).toBe("a");
    expect(steps.at(-1)?.stopped).toBe(true);
  });

  it("gives what was held back at the end", () => {
    const text = answerText(["stop"]);
    feed(text, "a st");
    expect(text.end()).toBe("st");
  });

  it("closes JSON that has to end", () => {
    const text = answerText();
    const sent = feed(text, '{"a": "b').map((step) => step.text);
    expect(JSON.parse(sent.join("") + text.endAsJson())).toEqual({ a: "b" });
  });

  it("notices an answer that goes round in circles", () => {
    const steps = feed(answerText(), "x".repeat(40));
    expect(steps.findIndex(({ loops }) => loops)).toBe(31);
  });
});
