import { describe, expect, it } from "vitest";
import { Style } from "../../../../src/cli/output/style.ts";
import {
  cut,
  oneLine,
  paintedText,
  shownText,
  widthOf,
  wrap,
} from "../../../../src/cli/output/text.ts";

it.each([
  ["", 0],
  ["abc", 3],
  ["漢字", 4],
  ["👩‍👩‍👧‍👦", 2],
  ["e\u0301", 1],
  ["\u001B[31mred\u001B[39m", 3],
])("%j takes %d columns", (text, width) => {
  expect(widthOf(text)).toBe(width);
});

it.each([
  ["abc", 3, "abc"],
  ["abcd", 3, "ab…"],
  ["abcd", 1, "…"],
  ["abcd", 0, ""],
  ["", 0, ""],
  // Half of a character is none.
  ["漢字", 3, "漢…"],
  ["漢字", 2, "…"],
  ["👩‍👩‍👧‍👦abc", 3, "👩‍👩‍👧‍👦…"],
  ["🦙🦙", 2, "…"],
])("%j cut to %d columns is %j", (text, width, shown) => {
  expect(cut(text, width)).toBe(shown);
});

describe("wrapping", () => {
  it("breaks between words, and leaves a long one whole", () => {
    expect(wrap("one two three", 7)).toEqual(["one two", "three"]);
    expect(wrap("漢字 漢字 漢字", 9)).toEqual(["漢字 漢字", "漢字"]);
    expect(wrap("a /very/long/path b", 5)).toEqual(["a", "/very/long/path", "b"]);
    expect(wrap("", 5)).toEqual([""]);
    expect(wrap("one two", Number.POSITIVE_INFINITY)).toEqual(["one two"]);
  });
});

it.each([
  ["a\nb\r\n\tc", "a b c"],
  ["  a  ", "a"],
  ["\u001B[2Ja\u0007\u009Bb", "[2Ja b"],
  ["gnp\u202Egpj.exe\u2066", "gnp gpj.exe"],
  ["👩‍👩‍👧‍👦", "👩‍👩‍👧‍👦"],
])("%j on one line is %j", (text, line) => {
  expect(oneLine(text)).toBe(line);
});

it("a style colours where it is on, and has no trace where it is off", () => {
  const [on, off] = [new Style(true), new Style(false)];
  for (const name of ["head", "good", "warn", "bad", "dim"] as const) {
    expect(off[name]("x")).toBe("x");
    expect(off.apply(name, "x")).toBe("x");
    // oxlint-disable-next-line no-control-regex -- these are colours
    expect(on[name]("x")).toMatch(/^\u001B\[\d+mx\u001B\[\d+m$/);
    expect(on.apply(name, "x")).toBe(on[name]("x"));
  }
  const colors = ["good", "warn", "bad"].map((name) => on.apply(name as "good", "x"));
  expect(new Set(colors).size).toBe(3);
});

it("a text of others presses no keys and moves no cursor", () => {
  expect(shownText("a\u001B[2Jb\rc\u0007\u009Bd\te\nf")).toBe("a[2Jbcd\te\nf");
  const painted = new Style(true).bad("bad");
  expect(paintedText(`${painted}\u001B[2J\u001B[8m\u009B`)).toBe(`${painted}[2J[8m`);
});
