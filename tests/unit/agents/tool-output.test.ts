import { describe, expect, it } from "vitest";
import { cutOutput, outputRoom } from "../../../src/agents/tool-output.ts";

describe("an output", () => {
  it("that fits stays as it is", () => {
    expect(cutOutput("short", 5)).toEqual({ text: "short", cutChars: 0 });
  });

  it("that does not keeps its beginning and its end, and says how much is missing", () => {
    const { text, cutChars } = cutOutput(`${"a".repeat(700)}${"b".repeat(300)}`, 100);
    expect(text).toBe(
      `${"a".repeat(70)}\n[… 900 characters were left out here: they do not fit the model's context …]\n${"b".repeat(30)}`,
    );
    expect(cutChars).toBe(900);
  });

  it("is not cut within a character", () => {
    const { text } = cutOutput("😀".repeat(500), 101);
    // A half would come back as another character.
    expect(Buffer.from(text).toString()).toBe(text);
  });

  it("has what the context has left, in parts, and always a little", () => {
    expect(outputRoom({ contextTokens: 4000, usedTokens: 1000, outputs: 1 })).toBe(6000);
    expect(outputRoom({ contextTokens: 4000, usedTokens: 1000, outputs: 2 })).toBe(3000);
    expect(outputRoom({ contextTokens: 4000, usedTokens: 5000, outputs: 1 })).toBe(400);
    expect(outputRoom({ contextTokens: 10_000_000, usedTokens: 0, outputs: 1 })).toBe(262_144);
  });
});
