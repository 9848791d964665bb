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
    expect(text.end().text).toBe("st");
  });

  it("ends as a grammar says, without a character that is not complete", () => {
    const text = answerText(["stop"]);
    const sent = feed(text, '{"a": "bst').map((step) => step.text);
    text.push(0xc3 as Token);
    const { text: rest } = text.endBy((all) => `"} after ${all}`);
    expect(sent.join("") + rest).toBe('{"a": "bst"} after {"a": "bst');
  });

  it("notices an answer that goes round in circles", () => {
    const steps = feed(answerText(), "x".repeat(40));
    expect(steps.findIndex(({ loops }) => loops)).toBe(31);
  });

  it("gives a token's figures with its text, and none of what a stop sequence cuts off", () => {
    const text = answerText(["stop"]);
    const rated = (char: string) =>
      text.push(char.charCodeAt(0) as Token, { token: char, logprob: -1, top: [] });
    const sent = ["a", "s"].map(rated);
    expect(sent.map(({ logprobs }) => logprobs.map(({ token }) => token))).toEqual([["a"], []]);
    expect(rated("x").logprobs.map(({ token }) => token)).toEqual(["s", "x"]);
    const cut = ["s", "t", "o", "p"].map(rated);
    expect(cut.at(-1)).toMatchObject({ text: "", stopped: true, logprobs: [] });
  });
});
