import { describe, expect, it } from "vitest";
import { BoundedLines, MAX_LINE_BYTES } from "../../../src/logs/bounded-lines.ts";

/** The lines that come out when a text comes in pieces of a length. */
function linesOf(text: string, pieceChars: number): string[] {
  const lines = new BoundedLines();
  let result = "";
  for (let at = 0; at < text.length; at += pieceChars) {
    result += lines.cut(text.slice(at, at + pieceChars));
  }
  return result.split("\n");
}

const LONG = "x".repeat(100_000);

describe("BoundedLines", () => {
  it.each([1, 7, 1000, 65_536])("changes nothing where lines are short: pieces of %i", (chars) => {
    const text = Array.from({ length: 2000 }, (_, i) => `line ${i}`).join("\n");
    expect(linesOf(text, chars).join("\n")).toBe(text);
  });

  it.each([1, 999, 65_536, 1_000_000])("cuts a long line once: pieces of %i", (chars) => {
    const lines = linesOf(`before\n${LONG}\nafter\n${LONG}\n`, chars);
    expect(lines).toHaveLength(5);
    expect([lines[0], lines[2], lines[4]]).toEqual(["before", "after", ""]);
    for (const long of [lines[1], lines[3]]) {
      expect(long).toMatch(/^x{8000,} … \(cut\)$/);
      expect(Buffer.byteLength(long ?? "")).toBeLessThan(MAX_LINE_BYTES);
    }
  });

  it("counts bytes, not characters", () => {
    const [line = ""] = linesOf("€".repeat(100_000), 5000);
    expect(Buffer.byteLength(line)).toBeLessThan(MAX_LINE_BYTES);
    expect(Buffer.byteLength(line)).toBeGreaterThan(8000);
  });

  it("keeps nothing of a line without end", () => {
    const lines = new BoundedLines();
    lines.cut(LONG);
    for (let i = 0; i < 100; i++) expect(lines.cut(LONG)).toBe("");
  });
});
