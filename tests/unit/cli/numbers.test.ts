import { describe, expect, it } from "vitest";
import { WrongUse } from "../../../src/cli/cli-error.ts";
import { secondsOf } from "../../../src/cli/seconds-of.ts";
import { decimal, wholeNumber } from "../../../src/cli/whole-number.ts";

const RANGE = { min: -2, max: 500 };

describe("a whole number", () => {
  it.each([
    ["0", 0],
    ["-2", -2],
    ["500", 500],
    [" 7 ", 7],
    ["007", 7],
  ])("is read from %j", (typed, value) => {
    expect(wholeNumber("limit", typed, RANGE)).toBe(value);
  });

  it.each(["", " ", "-3", "501", "1.5", "1e2", "0x10", "1,000", "ten", "1 2", "9".repeat(16)])(
    "is not %j",
    (typed) => {
      const call = (): number => wholeNumber("limit", typed, RANGE);
      expect(call).toThrow(WrongUse);
      expect(call).toThrow(`--limit ${typed}: expected a whole number from -2 to 500`);
    },
  );
});

describe("a number", () => {
  it.each([
    ["0", 0],
    ["0.7", 0.7],
    ["-1.5", -1.5],
    ["500.0", 500],
  ])("is read from %j", (typed, value) => {
    expect(decimal("temperature", typed, RANGE)).toBe(value);
  });

  it.each(["", "-2.1", "500.1", "1.", "1,5", "1e2", "0x1", "NaN", "Infinity", "hot"])(
    "is not %j",
    (typed) => {
      const call = (): number => decimal("temperature", typed, RANGE);
      expect(call).toThrow(WrongUse);
      expect(call).toThrow(`--temperature ${typed}: expected a number from -2 to 500`);
    },
  );
});

describe("seconds", () => {
  it.each([
    ["0", 0],
    ["0.5", 0.5],
    ["86400", 86_400],
    [" 30 ", 30],
  ])("are read from %j", (typed, value) => {
    expect(secondsOf("--wait", typed)).toBe(value);
  });

  it.each(["", " ", "-1", "86401", "0x10", "1e3", "30s", "1m", "NaN", "Infinity", "long"])(
    "are not %j",
    (typed) => {
      expect(() => secondsOf("--wait", typed)).toThrow(WrongUse);
      expect(() => secondsOf("--wait", typed)).toThrow(
        `--wait ${typed}: expected seconds, 0 to 86400`,
      );
    },
  );

  it("may have to be more than none", () => {
    expect(secondsOf("--every", "0.1", 0.1)).toBe(0.1);
    expect(() => secondsOf("--every", "0", 0.1)).toThrow("expected seconds, 0.1 to 86400");
  });
});
