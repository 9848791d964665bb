import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { nativeNotice, openaiNotice } from "../../../src/dialects/wait-notices.ts";
import { CallRecord } from "../../../src/inference/call-record.ts";
import { recordOf } from "./frames-set-up.ts";

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 10, 21, 10) }));
afterEach(() => void vi.useRealTimers());

const partOf = (frame: string): unknown => JSON.parse(frame.slice("data: ".length));

it("a native notice is a piece without text that says what is waited for", () => {
  const record = recordOf();
  vi.advanceTimersByTime(1000);
  const standing = { position: 4, expectedMs: 7400, basis: "measured" } as const;
  record.call.waitsForPlace(standing, () => ({ ...standing, expectedMs: 2400 }), 3);
  vi.advanceTimersByTime(5000);
  const frame = nativeNotice(record, { role: true });
  expect(frame.endsWith("\n\n")).toBe(true);
  expect(partOf(frame)).toEqual({
    chunk: "",
    role: "assistant",
    model: "m",
    request_id: "id-1",
    done: false,
    status: {
      waiting_for: "place",
      position: 4,
      expected_wait_ms: 2400,
      basis: "measured",
      since: "2026-11-21T10:00:01.000Z",
      waited_ms: 6000,
    },
  });
  record.call.waitsForModel(false, () => undefined);
  expect(partOf(nativeNotice(record, { role: false }))).toMatchObject({
    status: { waiting_for: "model", since: "2026-11-21T10:00:06.000Z" },
  });
});

it("OpenAI's notice is a comment", () => {
  const record = recordOf();
  vi.advanceTimersByTime(5200);
  expect(openaiNotice(record)).toBe(": being prepared, 5 s so far\n\n");
  const standing = { position: 2, expectedMs: undefined, basis: "unknown" } as const;
  record.call.waitsForPlace(standing, () => standing, 3);
  expect(openaiNotice(record)).toBe(
    ": waiting for a place in the queue (number 2), 5 s so far\n\n",
  );
  record.call.waitsForModel(false, () => 12_300);
  expect(openaiNotice(record)).toBe(
    ": waiting for the model, which is being loaded, 5 s so far, about 12 s more\n\n",
  );
  record.call.sent("http://127.0.0.1:1");
  expect(openaiNotice(record)).toBe(": waiting for the first piece of the answer, 5 s so far\n\n");
});

it("a request that came later to a call has not waited for longer than it lives", () => {
  const call = new CallRecord();
  call.waitsForModel(false, () => undefined);
  vi.advanceTimersByTime(3000);
  const record = recordOf();
  record.call.shares(call);
  expect(partOf(nativeNotice(record, { role: false }))).toMatchObject({
    status: { waiting_for: "model", since: "2026-11-21T10:00:03.000Z", waited_ms: 0 },
  });
});
