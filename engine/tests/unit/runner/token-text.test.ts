import type { Token } from "node-llama-cpp";
import { describe, expect, it } from "vitest";
import { RepeatGuard } from "../../../runner/repeat-guard.ts";
import { TokenText } from "../../../runner/token-text.ts";

/** Every token is one byte. */
const detokenize = (tokens: readonly Token[]) =>
  Buffer.from(tokens as readonly number[]).toString("utf8");
const vocabulary = Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(byte));
const tokenText = () => new TokenText({ detokenize, vocabulary });
const feed = (text: TokenText, input: Iterable<number>) =>
  [...input].map((byte) => text.push(byte as Token));

describe("TokenText", () => {
  it("holds a character until all of its bytes are there", () => {
    expect(feed(tokenText(), Buffer.from("aé😀"))).toEqual(["a", "", "é", "", "", "", "😀"]);
  });

  it("does not wait for ever on bytes that are no character, and leaves them out", () => {
    const said = feed(tokenText(), [0xff, 0xff, 0xff, 0xff, 0x61, 0xc3, 0x21]);
    expect(said).toEqual(["", "", "", "", "a", "", "!"]);
  });

  it("leaves out what is unfinished at the end", () => {
    const text = tokenText();
    feed(text, [0xf0, 0x9f]);
    expect([text.flush(), text.flush()]).toEqual(["", ""]);
    expect(feed(text, Buffer.from("a"))).toEqual(["a"]);
  });

  it("gives what is whole of a token that ends inside a character", () => {
    const halves = [Buffer.from([0x61, 0xf0]), Buffer.from([0x9f, 0x98, 0x80])];
    const text = new TokenText({
      detokenize: (tokens) =>
        Buffer.concat(tokens.map((token) => halves[token] ?? Buffer.of())).toString(),
      vocabulary: ["að", "ŁĺĢ"],
    });
    expect(feed(text, [0, 1])).toEqual(["", "a😀"]);
    text.push(0 as Token);
    expect(text.flush()).toBe("a");
  });

  it.each([
    ["a token of its own", ["\uFFFD"]],
    ["a token of GPT-2's letters", ["ï¿½"]],
    ["a token for each byte", ["<0xEF>", "<0xBF>", "<0xBD>"]],
  ])("gives U+FFFD where the model says it: %s", (_what, spelling) => {
    const text = new TokenText({ detokenize: () => "\uFFFD", vocabulary: spelling });
    const said = feed(text, spelling.keys());
    expect(said).toEqual([...spelling.slice(1).map(() => ""), "\uFFFD"]);
    expect(text.flush()).toBe("");
  });
});

it("notices the thirty-first repeat of a piece", () => {
  const guard = new RepeatGuard();
  const seen = Array.from({ length: 32 }, (_, index) => guard.loops(index % 2 ? "x" : " x"));
  expect(seen.indexOf(true)).toBe(31);
});
