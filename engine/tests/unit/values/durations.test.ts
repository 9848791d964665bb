import { describe, expect, it } from "vitest";
import { parseGoDuration } from "../../../values/durations.ts";
import { decodeKeepAlive, keepAliveSetting } from "../../../values/keep-alive.ts";

describe("parseGoDuration", () => {
  it.each([
    ["10m", 600_000],
    ["1h30m", 5_400_000],
    ["-1m", -60_000],
    ["1.5s", 1_500],
    ["250ms", 250],
    ["0", 0],
    [".5s", 500],
  ])("reads %s", (text, ms) => {
    expect(parseGoDuration(text)).toBe(ms);
  });

  it.each([
    ["abc", 'time: invalid duration "abc"'],
    ["", 'time: invalid duration ""'],
    ["300", 'time: missing unit in duration "300"'],
    ["3x", 'time: unknown unit "x" in duration "3x"'],
  ])("refuses %j with Go's text", (text, message) => {
    expect(() => parseGoDuration(text)).toThrow(message);
  });
});

describe("keep_alive", () => {
  it("takes seconds, durations, for ever and not given", () => {
    expect(decodeKeepAlive(1.5)).toBe(1_500);
    expect(decodeKeepAlive("2m")).toBe(120_000);
    expect(decodeKeepAlive(-1)).toBe(Number.POSITIVE_INFINITY);
    expect(decodeKeepAlive("-1m")).toBe(Number.POSITIVE_INFINITY);
    expect(decodeKeepAlive(0)).toBe(0);
    expect(decodeKeepAlive(null)).toBeUndefined();
    expect(decodeKeepAlive(undefined)).toBeUndefined();
  });

  it("refuses other types with Ollama's text", () => {
    const refusal = expect.objectContaining({ status: 400, message: "Unsupported type: 'bool'" });
    expect(() => decodeKeepAlive(true)).toThrow(refusal);
  });

  it("falls back to five minutes where the setting does not parse", () => {
    expect(keepAliveSetting(undefined)).toBe(300_000);
    expect(keepAliveSetting("soon")).toBe(300_000);
    expect(keepAliveSetting("60")).toBe(60_000);
    expect(keepAliveSetting("-1")).toBe(Number.POSITIVE_INFINITY);
    expect(keepAliveSetting("0")).toBe(0);
  });
});
