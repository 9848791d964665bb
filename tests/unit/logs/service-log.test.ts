import { describe, expect, it } from "vitest";
import { MAX_LINE_BYTES } from "../../../src/logs/bounded-lines.ts";
import { serviceLogger } from "../../../src/logs/service-log.ts";

function setUp() {
  const all: string[] = [];
  const errors: string[] = [];
  const sink = (lines: string[]) => ({ write: (line: string) => void lines.push(line) });
  return { all, errors, log: serviceLogger("info", sink(all), sink(errors)) };
}

const HUGE = "é\u0000\n".repeat(1_000_000);

describe("the service log", () => {
  it("tells of an error what it was, where it came from and why", () => {
    const { all, errors, log } = setUp();
    const cause = Object.assign(new Error("no such host"), { code: "ENOTFOUND" });
    log.error({ err: new TypeError("fetch failed", { cause }) }, "request failed");
    expect(errors).toEqual(all);
    expect(JSON.parse(all[0] ?? "")).toMatchObject({
      msg: "request failed",
      err: {
        type: "TypeError",
        message: "fetch failed",
        stack: expect.stringContaining("service-log.test"),
        cause: { type: "Error", message: "no such host", code: "ENOTFOUND" },
      },
    });
  });

  it.each([
    ["an error's text", { err: new Error(HUGE) }, "request failed"],
    ["its causes", { err: new Error(HUGE, { cause: new Error(HUGE, { cause: HUGE }) }) }, "failed"],
    ["its other fields", { err: Object.assign(new Error("x"), { request: HUGE }) }, "failed"],
    ["what is no error", { err: HUGE }, "failed"],
    ["a reason", { reason: HUGE }, "down"],
    ["the message", {}, HUGE],
  ])("has short lines of JSON whatever comes in: %s", (_what, fields, message) => {
    const { all, log } = setUp();
    log.error(fields, message);
    expect(all).toHaveLength(1);
    const [line = ""] = all;
    expect(Buffer.byteLength(line)).toBeLessThanOrEqual(MAX_LINE_BYTES);
    expect(line.indexOf("\n")).toBe(line.length - 1);
    expect(JSON.parse(line)).toMatchObject({ level: 50 });
  });
});
