import { describe, expect, it } from "vitest";
import { cut, flat } from "../../../src/runtime/text-limits.ts";

describe("cut", () => {
  it.each([
    ["", 3, ""],
    ["abc", 3, "abc"],
    ["abcd", 3, "ab…"],
    ["日本語です", 4, "日本語…"],
  ])("makes of %j, with %i characters, %j", (text, maxChars, expected) => {
    expect(cut(text, maxChars)).toBe(expected);
  });
});

describe("flat", () => {
  it.each(["", "abc", "naïve 日本 💥", "\ud800 alone"])("is the same text: %j", (text) => {
    expect(flat(text)).toBe(text);
  });
});
