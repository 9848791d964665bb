import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ClientLeft, PlaceLost } from "../../../src/errors/abort-reasons.ts";
import { ServiceError } from "../../../src/errors/service-error.ts";
import type { Exchange } from "../../../src/http/exchange.ts";
import { OutgoingBody } from "../../../src/http/outgoing-body.ts";
import { Tail } from "../../../src/http/tail.ts";
import type { ForwardEnd, ForwardRequest } from "../../../src/http/transport.ts";
import { forwarded } from "../../../src/inference/answers.ts";
import { deferred } from "../../../src/runtime/deferred.ts";
import { NOTHING_LEFT, setUpPipeline, settled } from "./turn-set-up.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const LAST = '{"done":true,"prompt_eval_count":7,"eval_count":2,"eval_duration":3000000}\n';

/** A request that is being forwarded by a transport that the test plays. */
async function setUp() {
  const given = setUpPipeline();
  const { pipeline, request, client } = given;
  const answer = deferred<Response>();
  const told = { headers: [] as boolean[], ends: [] as ForwardEnd[] };
  let passed: ForwardRequest | undefined;
  const transport = {
    forward: (forward: ForwardRequest) => {
      passed = forward;
      return answer.promise;
    },
  };
  const passing = {
    exchange: {} as Exchange,
    body: new OutgoingBody([new Uint8Array(400)], () => {}),
    headers: "all" as const,
    addHeaders: (isWhole: boolean) => {
      told.headers.push(isWhole);
      return ["X-A", "1"];
    },
    lastWords: () => undefined,
    onEnd: (end: ForwardEnd) => void told.ends.push(end),
  };
  const asked = pipeline.withPlace({ ...request, ageMs: undefined }, client.signal, (turn) =>
    forwarded(turn, transport, passing),
  );
  asked.catch(() => {});
  await settled();
  if (!passed) throw new Error("nothing was forwarded");
  const call = passed;
  /** The end that a transport tells, of an answer with these pieces. */
  const end = (more: Partial<ForwardEnd>, ...pieces: string[]): ForwardEnd => {
    const tail = new Tail();
    for (const piece of pieces) tail.add(Buffer.from(piece));
    const bytes = pieces.join("").length;
    const contentType = "application/x-ndjson";
    const ended = { status: 200, complete: true, contentType, tail, bytes, ...more };
    call.onEnd(ended);
    return ended;
  };
  return { ...given, call, answer, asked, told, end };
}

describe("a forwarded answer", () => {
  it("ends its turn with the last byte, and tells what it used", async () => {
    const { call, answer, asked, told, end, seen, left, request, place } = await setUp();
    expect(call).toMatchObject({ origin: "http://up", headers: "all" });
    await vi.advanceTimersByTimeAsync(20);
    call.onHead(200);
    await vi.advanceTimersByTimeAsync(5);
    expect(call.addHeaders(false)).toEqual(["X-A", "1"]);
    answer.resolve(new Response());
    await asked;
    expect(place()?.isOwned, "the answer is not there yet").toBe(true);
    expect(seen.released).toEqual([]);
    await vi.advanceTimersByTimeAsync(30);
    const ended = end({}, '{"done":false}\n', LAST);
    expect(told).toEqual({ headers: [false], ends: [ended] });
    expect(request.record).toMatchObject({ queueMs: 0, loadMs: 0, firstMs: 20, bodyMs: 35 });
    expect(request.record.usage).toMatchObject({ inputTokens: 7, outputTokens: 2 });
    expect(seen).toMatchObject({
      used: ["m:latest"],
      healthChecks: 0,
      released: [["completed", 55]],
    });
    expect(left()).toEqual(NOTHING_LEFT);
    expect(call.signal.aborted).toBe(false);
  });

  it("costs no time in which its client did not take it, where it says none itself", async () => {
    const { call, answer, asked, end, seen } = await setUp();
    call.onHead(200);
    answer.resolve(new Response());
    await asked;
    await vi.advanceTimersByTimeAsync(40);
    call.heldUp.begin();
    await vi.advanceTimersByTimeAsync(5000);
    call.heldUp.end();
    end({}, 'data: {"usage":{"prompt_tokens":7,"completion_tokens":2}}\n\n');
    expect(seen.released).toEqual([["completed", 40]]);
  });

  it("that is broken off has failed, and used what had come", async () => {
    const { call, answer, asked, told, end, seen, left, request } = await setUp();
    call.onHead(200);
    answer.resolve(new Response());
    await asked;
    const err = new ServiceError("upstream_unavailable", "reset");
    const ended = end({ complete: false, err }, "{}\n", "{}\n", "{}\n");
    expect(request.record.usage).toMatchObject({
      inputTokens: 100,
      outputTokens: 3,
      isEstimated: true,
    });
    expect(told.ends).toEqual([ended]);
    expect(seen).toMatchObject({ used: [], forgot: ["m:latest"], healthChecks: 1 });
    expect(seen.released).toEqual([["failed", 0]]);
    expect(left()).toEqual(NOTHING_LEFT);
  });

  it.each([
    ["is an error of the server's", 503, { forgot: ["m:latest"], healthChecks: 1 }],
    ["is a refusal", 404, { forgot: [], healthChecks: 0 }],
  ])("that %s has failed when it is whole", async (_what, status, verdict) => {
    const { call, end, seen, left, request } = await setUp();
    call.onHead(status);
    end({ status }, '{"error":"no"}');
    expect(request.record.usage).toBeUndefined();
    expect(seen).toMatchObject({ used: [], ...verdict, released: [["failed", 0]] });
    expect(left()).toEqual(NOTHING_LEFT);
  });

  it("that never begins is the failure of the server", async () => {
    const { answer, asked, end, seen, left, request } = await setUp();
    const err = new ServiceError("upstream_unavailable", "away");
    end({ status: 0, complete: false, err });
    answer.reject(err);
    await expect(asked).rejects.toBe(err);
    expect(seen).toMatchObject({
      forgot: ["m:latest"],
      healthChecks: 1,
      released: [["failed", 0]],
    });
    const { firstMs, bodyMs, usage } = request.record;
    expect([firstMs, bodyMs, usage]).toEqual([undefined, undefined, undefined]);
    expect(left()).toEqual(NOTHING_LEFT);
  });

  it("whose upload stalled says nothing against the server", async () => {
    const { answer, asked, end, seen } = await setUp();
    const err = new ServiceError("upload_stalled", "slow");
    end({ status: 0, complete: false, err });
    answer.reject(err);
    await expect(asked).rejects.toBe(err);
    expect(seen).toMatchObject({ forgot: [], healthChecks: 0, released: [["failed", 0]] });
  });

  it.each([
    ["its client leaves", new ClientLeft()],
    ["its place is taken back", new PlaceLost()],
  ])("is called off when %s", async (_why, reason) => {
    const { call, answer, asked, end, seen, left, client, place } = await setUp();
    call.onHead(200);
    answer.resolve(new Response());
    await asked;
    const isLost = reason instanceof PlaceLost;
    if (isLost) place()?.revoke();
    else client.signal.abort(reason);
    expect(call.signal.reason).toEqual(reason);
    expect(left(), "before the transport has said anything").toEqual(NOTHING_LEFT);
    end({ complete: false, err: call.signal.reason as Error }, "{}\n");
    expect(seen).toMatchObject({ used: ["m:latest"], forgot: [], healthChecks: 0 });
    expect(seen.released[0]).toEqual(["failed", isLost ? undefined : 0]);
  });
});
