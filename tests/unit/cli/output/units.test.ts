import { describe, expect, it, onTestFinished, vi } from "vitest";
import {
  bytes,
  count,
  duration,
  memorySize,
  percent,
  recentTime,
  time,
  wholeSeconds,
} from "../../../../src/cli/output/units.ts";

it.each([
  [0, "0 B"],
  [1, "1 B"],
  [999, "999 B"],
  [1000, "1.0 KB"],
  [99_949, "99.9 KB"],
  [99_950, "100 KB"],
  [999_499, "999 KB"],
  [999_500, "1.0 MB"],
  [4_683_073_184, "4.7 GB"],
  [1e12, "1.0 TB"],
  [5e15, "5000 TB"],
])("%d bytes are %s", (value, shown) => {
  expect(bytes(value)).toBe(shown);
});

it.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [1024, "1.0 KiB"],
  [700 * 2 ** 20, "700 MiB"],
  [2 ** 30 - 1, "1.0 GiB"],
  [9.94 * 2 ** 30, "9.9 GiB"],
  [9.95 * 2 ** 30, "10 GiB"],
  [25_287_946_240, "24 GiB"],
  [24 * 2 ** 30, "24 GiB"],
])("%d bytes of memory are %s", (value, shown) => {
  expect(memorySize(value)).toBe(shown);
});

it.each([
  [0, "0"],
  [999, "999"],
  [1000, "1,000"],
  [1_234_567, "1,234,567"],
  [-1_234_567, "-1,234,567"],
  [999.5, "1,000"],
  [Number.MAX_SAFE_INTEGER, "9,007,199,254,740,991"],
])("%d is counted as %s", (value, shown) => {
  expect(count(value)).toBe(shown);
});

it.each([
  [0, "0 ms"],
  [0.4, "0 ms"],
  [-5, "-5 ms"],
  [999.4, "999 ms"],
  [999.5, "1.0 s"],
  [59_949, "59.9 s"],
  [59_950, "1 min 00 s"],
  [245_000, "4 min 05 s"],
  [3_599_499, "59 min 59 s"],
  [3_599_500, "1 h 00 min"],
  [11_520_000, "3 h 12 min"],
  [86_369_499, "23 h 59 min"],
  [86_370_000, "1 d 0 h"],
  [446_400_000, "5 d 4 h"],
  [1e12, "11574 d 2 h"],
])("%d ms last %s", (ms, shown) => {
  expect(duration(ms)).toBe(shown);
});

it.each([
  [0, "0 %"],
  [0.004, "0 %"],
  [0.1234, "12 %"],
  [0.996, "100 %"],
  [1, "100 %"],
  [2.5, "250 %"],
])("a share of %d is %s", (share, shown) => {
  expect(percent(share)).toBe(shown);
});

it("whole seconds are those that have passed", () => {
  expect([0, 999, 1000, 61_999].map(wholeSeconds)).toEqual(["0 s", "0 s", "1 s", "61 s"]);
});

describe("a time", () => {
  it("is told in this machine's zone, with two digits each", () => {
    expect(time(new Date(2026, 0, 2, 3, 4, 5).toISOString())).toBe("2026-01-02 03:04");
    expect(time(null)).toBe("");
  });

  it("of today has seconds and no day", () => {
    vi.useFakeTimers({ toFake: ["Date"], now: new Date(2026, 4, 6, 23, 59, 59) });
    onTestFinished(() => void vi.useRealTimers());
    expect(recentTime(new Date(2026, 4, 6, 1, 2, 3).toISOString())).toBe("01:02:03");
    expect(recentTime(new Date(2026, 4, 5, 23, 59, 59).toISOString())).toBe("2026-05-05 23:59");
    expect(recentTime(new Date(2025, 4, 6, 1, 2, 3).toISOString())).toBe("2025-05-06 01:02");
  });
});
