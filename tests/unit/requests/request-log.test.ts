import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RequestLine } from "../../../src/requests/lines/access-line.ts";
import { RequestLog } from "../../../src/requests/request-log.ts";
import { CallRecord } from "../../../src/inference/call-record.ts";
import { usageOf } from "../../../src/inference/usage.ts";
import { RequestRecord, type RequestEnd } from "../../../src/requests/request-record.ts";

const usual: RequestLine = {
  peer: "10.0.0.1",
  method: "POST",
  prefix: "",
  target: "/api/chat",
  userAgent: "curl/8",
  referrer: undefined,
};

/** The record of a call of which this is known. */
const callOf = (known: Partial<CallRecord>): CallRecord => Object.assign(new CallRecord(), known);

function write(
  line: Partial<RequestLine> = {},
  end: Partial<RequestEnd> = {},
  known: Partial<RequestRecord> = {},
) {
  const written = { access: "", events: "", performance: "" };
  const log = new RequestLog({
    access: { write: (text) => void (written.access += text) },
    events: { write: (text) => void (written.events += text) },
    performance: { write: (text) => void (written.performance += text) },
  });
  const record = Object.assign(new RequestRecord("id-1", () => {}), { tenant: "team" }, known);
  log.write(record, { status: 200, bytes: 42, complete: true, ...end }, { ...usual, ...line });
  return { ...written, event: JSON.parse(written.events) as Record<string, unknown> };
}

describe("RequestLog", () => {
  beforeEach(() => void vi.useFakeTimers({ now: new Date("2026-01-02T03:04:05.678Z") }));
  afterEach(() => void vi.useRealTimers());

  it("shows a project in the URL in the access line, and the path without it in the event", () => {
    const { access, event } = write({ prefix: "/project/a%2Fb" });
    expect(access).toContain('"POST /project/a%2Fb/api/chat HTTP/1.1"');
    expect(event["path"]).toBe("/api/chat");
  });

  it("writes a combined line with duration and request id", () => {
    expect(write().access).toBe(
      '10.0.0.1 - team [2026-01-02T03:04:05.678Z] "POST /api/chat HTTP/1.1" 200 42 "-" "curl/8" ' +
        "0.0ms id-1\n",
    );
  });

  it.each([
    [{ status: 200, complete: false }, " 200! "],
    [{ status: 0, complete: false }, " 499! "],
    [{ status: 503 }, " 503 "],
  ])("marks with an exclamation mark an answer that was not taken whole: %j", (end, text) => {
    expect(write({}, end).access).toContain(text);
  });

  it("writes an event with what is known", () => {
    const { event } = write(
      {},
      {},
      { operation: "chat", model: "m", call: callOf({ queueMs: 1.23456 }), project: "team" },
    );
    expect(event).toMatchObject({
      event: "http_request",
      timestamp: "2026-01-02T03:04:05.678Z",
      request_id: "id-1",
      client_ip: "10.0.0.1",
      project_name: "team",
      path: "/api/chat",
      status_code: 200,
      client_left: false,
      operation: "chat",
      model: "m",
      stream: false,
      queue_ms: 1.235,
    });
    expect(event).not.toHaveProperty("error_code");
  });

  it("writes what a request for inference took and had its model do", () => {
    const call = callOf({
      loadMs: 3,
      usage: usageOf({
        prompt_eval_count: 40,
        eval_count: 50,
        prompt_eval_duration: 3e8,
        eval_duration: 2e9,
      }),
    });
    const { performance } = write({}, {}, { operation: "chat", model: "m", call, project: "team" });
    expect(JSON.parse(performance)).toEqual({
      timestamp: "2026-01-02T03:04:05.678Z",
      request_id: "id-1",
      project_name: "team",
      model: "m",
      operation: "chat",
      total_latency_ms: 0,
      success: true,
      load_time_ms: 3,
      prompt_eval_time_ms: 300,
      generation_time_ms: 2000,
      prompt_tokens: 40,
      generated_tokens: 50,
      tokens_per_second: 25,
      prompt_tokens_per_second: 133.333,
    });
  });

  it.each([
    [{}, { errorCode: "queue_full" as const }, "queue_full"],
    [{ complete: false }, {}, "client_left"],
    [{ status: 404 }, {}, "failed"],
  ])("says why one for inference has failed: %j %j", (end, known, error) => {
    const { performance } = write({}, end, { operation: "chat", model: "m", ...known });
    expect(JSON.parse(performance)).toMatchObject({ success: false, error });
  });

  it.each([
    { operation: "pull", model: "m" },
    { operation: "chat" },
    { operation: "batch_chat", model: "m", kind: "batch" as const },
    {},
  ])("writes nothing of the kind for one that is none: %j", (known) => {
    expect(write({}, {}, known).performance).toBe("");
  });

  it("says unknown for a request that names no project", () => {
    expect(write().event).toMatchObject({ project_name: "unknown", tenant: "team" });
  });

  it.each([
    ["a line feed", "x\n10.9.9.9 - admin"],
    ["a carriage return", "x\ry"],
    ["a closing quote", 'x" 200 1 "-'],
    ["a backslash before the quote", "x\\"],
    ["an escape sequence of terminals", "x\u001b[2Ky"],
    ["an escape sequence in one character", "x\u009b2Ky"],
    ["a next-line character", "x\u0085y"],
    ["a delete", "x\u007fy"],
  ])("keeps %s in a header from forging a line", (_case, value) => {
    for (const line of [{ userAgent: value }, { referrer: value }]) {
      const { access, events, event } = write(line);
      const text = access.slice(0, -1);
      expect(text).not.toMatch(/\p{Cc}/u);
      // Three quoted fields, as ever, once escapes are taken out.
      expect(text.replaceAll(/\\./g, "").match(/"/g)).toHaveLength(6);
      expect(events.trimEnd()).not.toContain("\n");
      expect(event["request_id"]).toBe("id-1");
    }
  });

  it("keeps a quote in the path from ending its field", () => {
    const { access } = write({ target: '/x"y' });
    expect(access.replaceAll(/\\./g, "").match(/"/g)).toHaveLength(6);
  });

  it("cuts texts from outside, each for itself", () => {
    const long = "x".repeat(5000);
    const { access, event } = write(
      { target: `/${long}`, userAgent: long, referrer: long },
      {},
      { model: long, operation: long, errorMessage: long },
    );
    const lengths = ["path", "model", "operation", "error_message"].map(
      (name) => String(event[name]).length,
    );
    expect(lengths).toEqual([2048, 512, 512, 1024]);
    expect(access).toHaveLength(access.replaceAll(/x+…/g, "").length + 2048 - 1 + 512 + 512);
  });

  it.each(['"', "\u0001", "\u00e9", "日"])("keeps a line of %j within 8 KiB", (char) => {
    const long = char.repeat(5000);
    const facts = {
      source: { format: "jpeg", width: 1, height: 1, bytes: 1 },
      sent: { format: "jpeg", width: 1, height: 1, bytes: 1 },
      ms: 1,
      cached: false,
    } as const;
    const { access, events, performance, event } = write(
      { method: long, target: long, userAgent: long, referrer: long },
      {},
      {
        model: long,
        operation: "vlm",
        errorMessage: long,
        images: Array.from({ length: 1000 }, () => facts),
      },
    );
    for (const line of [access, events, performance])
      expect(Buffer.byteLength(line)).toBeLessThanOrEqual(8192);
    expect(access.endsWith("0.0ms id-1\n")).toBe(true);
    expect(event).toMatchObject({ images_count: 1000, request_id: "id-1" });
  });

  it("leaves ordinary values as they are", () => {
    const userAgent = "Mozilla/5.0 (X11; Linux) naïve/1 日本";
    expect(write({ userAgent }).access).toContain(`"${userAgent}"`);
  });
});
