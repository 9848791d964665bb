import { describe, expect, it } from "vitest";
import { HardStop } from "../../../src/errors/abort-reasons.ts";
import { ServiceError } from "../../../src/errors/service-error.ts";
import { usageOf } from "../../../src/inference/usage.ts";
import { endedRequest } from "../../../src/requests/ended-request.ts";
import { RequestRecord, type RequestEnd } from "../../../src/requests/request-record.ts";

const WHOLE: RequestEnd = { status: 200, bytes: 3, complete: true };

const newRecord = (more: Partial<RequestRecord> = {}): RequestRecord =>
  Object.assign(new RequestRecord("id-1", () => {}), { tenant: "t" }, more);

const failedWith = (err: unknown): RequestRecord => {
  const record = newRecord();
  record.failed(err);
  return record;
};

describe("endedRequest", () => {
  it.each([
    ["completed", newRecord(), WHOLE],
    ["failed", newRecord(), { ...WHOLE, status: 404 }],
    ["failed", failedWith(new ServiceError("queue_full", "")), { ...WHOLE, status: 503 }],
    ["failed", failedWith(new Error("of ours")), { ...WHOLE, status: 500 }],
    [
      "failed",
      failedWith(new ServiceError("upstream_unavailable", "")),
      { ...WHOLE, complete: false },
    ],
    ["client_left", newRecord(), { ...WHOLE, complete: false }],
    ["client_left", newRecord(), { status: 0, bytes: 0, complete: false }],
    ["hard_stop", failedWith(new HardStop(1)), { ...WHOLE, status: 503 }],
    ["hard_stop", failedWith(new HardStop(1)), WHOLE],
    ["stopping", failedWith(new ServiceError("shutting_down", "")), { ...WHOLE, status: 503 }],
    ["stopping", newRecord({ isCutOff: () => true }), { ...WHOLE, complete: false }],
    ["completed", newRecord({ isCutOff: () => true }), WHOLE],
    ["cancelled", failedWith(new ServiceError("cancelled", "")), { ...WHOLE, status: 409 }],
  ] as const)("tells that it ended as %s (%#)", (ended, record, end) => {
    expect(endedRequest(record, end).ended).toBe(ended);
  });

  it("holds nothing of what an error said, of headers, or of the request's target", () => {
    const record = failedWith(new ServiceError("validation_error", "the secret words"));
    expect(JSON.stringify(endedRequest(record, WHOLE))).not.toContain("secret");
  });

  it.each([
    [{ eval_count: 50, eval_duration: 2e9 }, false, 25],
    [{ eval_count: 50 }, true, 100],
    [{ eval_count: 50 }, false, undefined],
    [{}, true, undefined],
    [{ eval_count: 50, eval_duration: 0 }, false, undefined],
  ])("of %j, streamed: %s, has %s tokens a second", (answer, streamed, perSecond) => {
    const record = newRecord({ streamed });
    Object.assign(record.call, { usage: usageOf(answer), bodyMs: 500 });
    expect(endedRequest(record, WHOLE).tokensPerSecond).toBe(perSecond);
  });

  it("tells of a load that was begun for another only where it waited for one", () => {
    const of = (call: Partial<RequestRecord["call"]>): unknown => {
      const record = newRecord();
      Object.assign(record.call, call);
      return endedRequest(record, WHOLE).loadShared;
    };
    expect(of({ loadMs: 5, isLoadShared: true })).toBe(true);
    expect(of({ loadMs: 5, isLoadShared: false })).toBe(false);
    expect(of({ loadMs: 0, isLoadShared: true })).toBeUndefined();
    expect(of({})).toBeUndefined();
  });

  it("rounds times to three decimals", () => {
    const record = newRecord();
    Object.assign(record.call, { queueMs: 1.234_56, firstMs: 0.000_4 });
    expect(endedRequest(record, WHOLE)).toMatchObject({ queueMs: 1.235, firstMs: 0 });
  });

  it("keeps names that a database can keep, and no more of them than a name has", () => {
    const record = newRecord({ model: "a\0b", operation: "x".repeat(5000) });
    const ended = endedRequest(record, WHOLE);
    expect(ended.model).toBe("a�b");
    expect(ended.operation).toHaveLength(512);
  });

  it("tells nothing of what is not known", () => {
    const { images, imageBytesSaved, cache, savedMs, inputTokens, host } = endedRequest(
      newRecord(),
      WHOLE,
    );
    expect([images, imageBytesSaved, cache, savedMs, inputTokens, host]).toEqual(
      Array.from({ length: 6 }, () => undefined),
    );
  });
});
