import { describe, expect, it } from "vitest";
import { Style } from "../../../../src/cli/output/style.ts";
import { tableLines, type Column, type Row } from "../../../../src/cli/output/table.ts";
import { widthOf } from "../../../../src/cli/output/text.ts";

const NAME: Column = { head: "name", shrinks: true };
const SIZE: Column = { head: "size", align: "right" };

const table = (columns: Column[], rows: Row[], width = 80, isColored = false): string[] =>
  tableLines(columns, rows, { width, style: new Style(isColored) });

// oxlint-disable-next-line no-control-regex -- these are colours
const plain = (line = ""): string => line.replaceAll(/\u001B\[\d+m/g, "");

describe("a table", () => {
  it("has its heads in capitals, names at the left and numbers at the right", () => {
    const rows = [
      ["qwen3:8b", "5.2 GB"],
      ["fake", "12 B"],
    ];
    expect(table([NAME, SIZE], rows)).toEqual([
      "NAME        SIZE",
      "qwen3:8b  5.2 GB",
      "fake        12 B",
    ]);
  });

  it("is its heads alone where there are no rows, and a list with one column", () => {
    expect(table([NAME, SIZE], [])).toEqual(["NAME  SIZE"]);
    expect(table([NAME], [["a"], ["bc"]])).toEqual(["NAME", "a", "bc"]);
    expect(table([SIZE], [["1"], ["12345"]])).toEqual([" SIZE", "    1", "12345"]);
  });

  it("has nothing at the ends of lines, and room for a cell that is not there", () => {
    expect(table([NAME, NAME], [["a", ""], ["b"]])).toEqual(["NAME  NAME", "a", "b"]);
  });

  it("has no limit where nobody looks", () => {
    const name = "x".repeat(500);
    expect(table([NAME, SIZE], [[name, "1"]], Number.POSITIVE_INFINITY)[1]).toBe(`${name}     1`);
  });

  const LONG = [
    ["letters", "a-long-name/".repeat(20)],
    ["wide characters", "漢字モデル".repeat(20)],
    ["emoji", "👩‍👩‍👧‍👦🦙".repeat(20)],
    ["accents of their own", "e\u0301".repeat(120)],
  ] as const;

  describe.each([80, 40])("on %d columns", (width) => {
    it.each(LONG)("cuts long %s, with a sign of it, and no number", (_what, name) => {
      const [, cut = "", short = ""] = table(
        [NAME, SIZE],
        [
          [name, "4.7 GB"],
          ["漢字", "512 MB"],
        ],
        width,
      );
      expect(cut).toMatch(/^.+… +4\.7 GB$/u);
      // A character of two columns may leave one free in front of the gap.
      expect(widthOf(cut)).toBe(width);
      expect(widthOf(short)).toBe(width);
      expect(short).toMatch(/^漢字 +512 MB$/);
    });

    it("takes from the widest that may be cut first", () => {
      const rows = [["n".repeat(30), "s".repeat(90), "123456789"]];
      const [, line = ""] = table([NAME, NAME, SIZE], rows, width);
      expect(widthOf(line)).toBe(width);
      expect(line).toMatch(/s… {2}123456789$/);
      const names = /^n+/.exec(line)?.[0].length ?? 0;
      expect(names).toBe(width === 80 ? 30 : 12);
    });

    it("fits with more columns than there is room for", () => {
      const columns = Array.from({ length: 9 }, (): Column => ({ head: "a head", shrinks: true }));
      const lines = table(columns, [columns.map(() => "some cell")], width);
      for (const line of lines) expect(widthOf(line), line).toBeLessThanOrEqual(width);
      expect(lines[1]).toMatch(/^s.*…/);
    });
  });

  it("stands in its columns with colours, too", () => {
    const rows: Row[] = [
      [
        { text: "漢字", style: "good" },
        { text: "12", style: "warn" },
      ],
      ["x".repeat(50), "7"],
    ];
    const colored = table([NAME, SIZE], rows, 40, true);
    expect(colored.map(plain)).toEqual(table([NAME, SIZE], rows, 40));
    for (const line of colored) expect(widthOf(line)).toBe(40);
    expect(colored[1]).toContain("\u001B[32m漢字\u001B[39m");
    expect(colored[1]?.endsWith(" \u001B[35m12\u001B[39m")).toBe(true);
  });

  it("shows what others wrote on one line, without their colours", () => {
    const [, line = ""] = table([NAME, SIZE], [["a\n\u001B[31mb\tc\u202Ed", "1"]]);
    expect(line).toBe("a [31mb c d     1");
  });
});
