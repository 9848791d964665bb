import type { Token } from "node-llama-cpp";
import { describe, expect, it } from "vitest";
import { AnswerText } from "../../../runner/answer-text.ts";

/** Every token is one byte. */
const detokenize = (tokens: readonly Token[]) =>
  Buffer.from(tokens as readonly number[]).toString("utf8");
const vocabulary = Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(byte));
const answerText = (stops: string[] = []) => new AnswerText({ detokenize, vocabulary, stops });
const feed = (text: AnswerText, input: string | Buffer) =>
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

  it.each([
    ["the answer's end", [0x61, 0xf0, 0x9f]],
    ["a stop sequence", [0x61, 0xf0, 0x9f, 0x21, 0x21]],
  ])("leaves out a character that is cut by %s, with its tokens' figures", (_what, bytes) => {
    const text = answerText(["!!"]);
    const pieces = bytes.map((byte) =>
      text.push(byte as Token, { token: String(byte), logprob: -1, top: [] }),
    );
    const all = [...pieces, text.end()];
    expect(all.map((piece) => piece.text).join("")).toBe("a");
    const rated = all.flatMap(({ logprobs }) => logprobs);
    expect(rated.map(({ token }) => token)).toEqual([String(0x61)]);
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
