import type { Token } from "node-llama-cpp";
import { describe, expect, it } from "vitest";
import { RepeatGuard } from "../../../../src/engine/runner/repeat-guard.ts";
import { TokenText } from "../../../../src/engine/runner/token-text.ts";

/** Every token is one byte. */
const bytes = (tokens: readonly Token[]) =>
  Buffer.from(tokens as readonly number[]).toString("utf8");
const feed = (text: TokenText, input: Buffer) => [...input].map((byte) => text.push(byte as Token));

describe("TokenText", () => {
  it("holds a character until all of its bytes are there", () => {
    expect(feed(new TokenText(bytes), Buffer.from("aé😀"))).toEqual([
      "a",
      "",
      "é",
      "",
      "",
      "",
      "😀",
    ]);
  });

  it("does not wait for ever on bytes that are no character", () => {
    const text = new TokenText(bytes);
    expect(feed(text, Buffer.from([0xff, 0xff, 0xff, 0xff])).join("")).toBe("\uFFFD".repeat(4));
  });

  it("gives up what is unfinished at the end", () => {
    const text = new TokenText(bytes);
    feed(text, Buffer.from([0xf0, 0x9f]));
    expect(text.flush()).toBe("\uFFFD");
    expect(text.flush()).toBe("");
  });
});

it("notices the thirty-first repeat of a piece", () => {
  const guard = new RepeatGuard();
  const seen = Array.from({ length: 32 }, (_, index) => guard.loops(index % 2 ? "x" : " x"));
  expect(seen.indexOf(true)).toBe(31);
});
