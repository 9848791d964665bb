import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CallRecord } from "../../../src/inference/call-record.ts";
import { usageOf } from "../../../src/inference/usage.ts";
import type { Standing } from "../../../src/scheduling/waits/standing.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const pass = (ms: number): void => void vi.advanceTimersByTime(ms);

/** A call that waits 100 ms, loads for 200, has its first byte after 50. */
function begun(): { record: CallRecord; askedAt: number } {
  const record = new CallRecord();
  const askedAt = performance.now();
  pass(300);
  Object.assign(record, { queueMs: 100, loadMs: 200 });
  record.sent("http://127.0.0.1:1");
  pass(50);
  record.began();
  return { record, askedAt };
}

describe("CallRecord", () => {
  it("measures from the call to the first byte, and from that to the last", () => {
    const { record } = begun();
    expect(record).toMatchObject({ queueMs: 100, loadMs: 200, firstMs: 50, bodyMs: undefined });
    pass(400);
    record.ended();
    pass(1000);
    record.ended();
    expect(record, "the first end counts").toMatchObject({ firstMs: 50, bodyMs: 400 });
  });

  it("has no body where no answer began", () => {
    const record = new CallRecord();
    record.ended();
    record.sent("http://127.0.0.1:1");
    record.ended();
    expect(record).toMatchObject({ firstMs: undefined, bodyMs: undefined });
  });
});

describe("a request that joins another's call", () => {
  it.each([
    ["before it waits", 0, { queueMs: 100, loadMs: 200, firstMs: 50 }],
    ["while it waits", 60, { queueMs: 40, loadMs: 200, firstMs: 50 }],
    ["while it loads", 150, { queueMs: 0, loadMs: 150, firstMs: 50 }],
    ["while it is called", 320, { queueMs: 0, loadMs: 0, firstMs: 30 }],
    ["while it answers", 350, { queueMs: 0, loadMs: 0, firstMs: 0 }],
  ])("has what was left of its phases: %s", (_when, afterMs, left) => {
    const { record, askedAt } = begun();
    const joined = new CallRecord();
    joined.join(record, askedAt + afterMs);
    pass(400);
    joined.ended();
    expect(joined).toMatchObject({ ...left, bodyMs: 400 });
  });

  it("has its context", () => {
    const { record, askedAt } = begun();
    record.context = { asked: 8, used: 16 };
    const joined = new CallRecord();
    joined.join(record, askedAt);
    expect(joined.context).toEqual({ asked: 8, used: 16 });
  });

  it.each([
    ["before it waits", 0, { waitedBehind: 2, isLoadShared: true }],
    ["while it loads", 150, { waitedBehind: undefined, isLoadShared: true }],
  ])("has what the other waited behind if it waited itself: %s", (_when, afterMs, facts) => {
    const { record, askedAt } = begun();
    Object.assign(record, { waitedBehind: 2, contextTokens: 8192, isPromptCut: true });
    const joined = new CallRecord();
    joined.join(record, askedAt + afterMs);
    expect(joined).toMatchObject({ ...facts, contextTokens: 8192, isPromptCut: true });
  });

  it("has the body from when it is told of the first byte", () => {
    const { record, askedAt } = begun();
    pass(100);
    const joined = new CallRecord();
    joined.join(record, askedAt + 400);
    pass(30);
    joined.ended();
    record.ended();
    expect([joined.bodyMs, record.bodyMs]).toEqual([30, 130]);
  });

  it("has no phases of one that had none", () => {
    const joined = new CallRecord();
    joined.join(new CallRecord(), performance.now());
    joined.ended();
    const { queueMs, loadMs, firstMs, bodyMs } = joined;
    expect([queueMs, loadMs, firstMs, bodyMs]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe("a request of several calls", () => {
  it("has of each phase the longest", () => {
    const request = new CallRecord();
    const calls = [
      { queueMs: 5, loadMs: 0, firstMs: 20, bodyMs: 1 },
      { queueMs: 9, loadMs: 0, firstMs: 10 },
    ].map((phases) => Object.assign(new CallRecord(), phases));
    for (const call of calls) request.include(call);
    expect(request).toMatchObject({ queueMs: 9, loadMs: 0, firstMs: 20, bodyMs: 1 });
    request.include(new CallRecord());
    expect(request).toMatchObject({ queueMs: 9, loadMs: 0, firstMs: 20, bodyMs: 1 });
  });

  it("tells of what any of them met", () => {
    const request = new CallRecord();
    const calls = [
      { waitedBehind: 1, loadMs: 0, isLoadShared: true, contextTokens: 512 },
      { waitedBehind: 4, loadMs: 3, isLoadShared: false, isPromptCut: true },
      {},
    ].map((facts) => Object.assign(new CallRecord(), facts));
    for (const call of calls) request.include(call);
    const facts = { waitedBehind: 4, isLoadShared: false, contextTokens: 512, isPromptCut: true };
    expect(request).toMatchObject(facts);
  });

  it("has the tokens and the cost of its share of each", () => {
    const request = new CallRecord();
    request.addShare({ tokens: 3, costMs: 3 * 10, isEstimated: false });
    request.addShare({ tokens: 4, costMs: 4 * 10, isEstimated: false });
    expect(request.usage).toMatchObject({ inputTokens: 7, isEstimated: false });
    expect(request.usage?.outputTokens).toBeUndefined();
    request.addShare({ tokens: 1, costMs: 1 * 10, isEstimated: true });
    request.addShare({ tokens: 1, costMs: 1 * 10, isEstimated: false });
    expect(request.usage).toMatchObject({ inputTokens: 9, isEstimated: true });
    expect(request.costMs).toBe(90);
  });
});

describe("what a request waits for", () => {
  it("is told step by step, and since when", () => {
    const record = new CallRecord();
    expect(record).toMatchObject({ isSent: false, waiting: { what: "preparation" } });
    const startedAt = performance.now();
    let standing: Standing = { position: 3, expectedMs: 500, basis: "measured" };
    record.waitsForPlace(standing, () => standing, 3);
    expect(record.waiting).toEqual({ what: "place", since: startedAt, ...standing });
    pass(100);
    standing = { position: 1, expectedMs: 200, basis: "model" };
    expect(record.waiting).toEqual({ what: "place", since: startedAt, ...standing });
    record.waitsForModel(false, () => 4000);
    expect(record.waiting).toEqual({ what: "model", since: startedAt + 100, expectedMs: 4000 });
    expect(record.begun, "what was expected at first").toEqual({ position: 3, expectedMs: 500 });
    pass(50);
    record.sent("http://127.0.0.1:1");
    expect(record).toMatchObject({
      isSent: true,
      waiting: { what: "answer", since: startedAt + 150 },
    });
  });

  it("is what another one's call waits for, until it has joined that", () => {
    const [own, other] = [new CallRecord(), new CallRecord()];
    other.waitsForModel(false, () => undefined);
    own.shares(other);
    expect(own.waiting).toEqual(other.waiting);
    pass(10);
    other.sent("http://127.0.0.1:1");
    expect(own.isSent).toBe(true);
    own.join(other, performance.now());
    expect(own.waiting.what).toBe("preparation");
  });
});

describe("the phases of a call", () => {
  it("are one after the other, as long as they are told", () => {
    const record = new CallRecord();
    const askedAt = performance.now();
    pass(300);
    record.ready(100, 200);
    pass(10);
    record.sent("http://127.0.0.1:1");
    pass(50);
    record.began();
    expect(record.phases().at(-1)).toEqual({
      name: "upstream",
      from: askedAt + 310,
      to: undefined,
    });
    pass(400);
    record.ended();
    expect(record.phases()).toEqual([
      { name: "queue", from: askedAt, to: askedAt + 100 },
      { name: "load", from: askedAt + 100, to: askedAt + 300 },
      { name: "upstream", from: askedAt + 310, to: askedAt + 760 },
    ]);
    expect(record.isShared).toBe(false);
  });

  it("are not told where they took no time", () => {
    const record = new CallRecord();
    expect(record.phases()).toEqual([]);
    record.ready(0, 0);
    expect(record.phases()).toEqual([]);
    record.sent("http://127.0.0.1:1");
    expect(record.phases()).toMatchObject([{ name: "upstream", to: undefined }]);
  });

  it("have no end where the request is still in one", () => {
    const record = new CallRecord();
    const from = performance.now();
    const standing: Standing = { position: 1, expectedMs: undefined, basis: "unknown" };
    record.waitsForPlace(standing, () => standing, 1);
    pass(20);
    expect(record.phases()).toEqual([{ name: "queue", from, to: undefined }]);
    record.waitsForModel(false, () => undefined);
    expect(record.phases()).toEqual([{ name: "load", from: from + 20, to: undefined }]);
  });

  it("are what was left of another's for one that joins", () => {
    const { record: other } = begun();
    const joined = new CallRecord();
    const now = performance.now();
    joined.join(other, now - 100);
    expect(joined.isShared).toBe(true);
    expect(joined.phases()).toEqual([
      { name: "load", from: now - 100, to: now - 50 },
      { name: "upstream", from: now - 50, to: undefined },
    ]);
  });
});

describe("a request that is called for twice, one after the other", () => {
  const HOST = "http://127.0.0.1:1";
  const usage = (tokens: number) => usageOf({ prompt_eval_count: tokens, eval_count: 1 });

  /** A call that takes 350 ms to its first byte and 400 more. */
  function ended(): CallRecord {
    const { record } = begun();
    pass(400);
    record.ended();
    Object.assign(record, { usage: usage(7), costMs: 10 });
    return record;
  }

  it("is about the second call while that is made, and then about both", () => {
    const record = ended();
    record.beginRound();
    expect(record.waiting).toEqual({ what: "preparation", since: undefined });
    expect(record).toMatchObject({ isSent: false, queueMs: undefined, usage: undefined });
    pass(30);
    record.ready(30, 0);
    record.sent(HOST);
    pass(5);
    record.began();
    pass(6);
    record.ended();
    Object.assign(record, { usage: usage(9), costMs: 1 });
    record.endRounds();
    expect(record).toMatchObject({
      queueMs: 130,
      loadMs: 200,
      firstMs: 55,
      bodyMs: 406,
      costMs: 11,
      usage: { inputTokens: 16, outputTokens: 2, promptMs: undefined },
      isShared: false,
    });
  });

  it("tells the phases of both", () => {
    const record = ended();
    const first = record.phases();
    record.beginRound();
    expect(record.phases()).toEqual(first);
    record.ready(0, 0);
    record.sent(HOST);
    const sentAt = performance.now();
    pass(5);
    record.began();
    record.ended();
    record.endRounds();
    const second = { name: "upstream", from: sentAt, to: sentAt + 5 };
    expect(record.phases()).toEqual([...first, second]);
  });

  it("keeps what the first took where there was no second", () => {
    const record = ended();
    record.beginRound();
    record.endRounds();
    const facts = { queueMs: 100, firstMs: 50, bodyMs: 400, costMs: 10, host: HOST };
    expect(record).toMatchObject({ ...facts, isShared: false, isSent: true });
  });
});
