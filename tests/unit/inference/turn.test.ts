import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ClientLeft, HardStop, PlaceLost } from "../../../src/errors/abort-reasons.ts";
import { ServiceError } from "../../../src/errors/service-error.ts";
import { whole } from "../../../src/inference/answers.ts";
import { usageOf } from "../../../src/inference/usage.ts";
import type { Turn } from "../../../src/inference/turn.ts";
import { steppedClock } from "../../support/stepped-clock.ts";
import { NoWaiters } from "../../../src/runtime/waiters.ts";
import {
  answerOf,
  bodyOf,
  NOTHING_LEFT,
  setUpOccupied,
  setUpPipeline,
  settled,
} from "./turn-set-up.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  // The sweep of the deadlines ends one round after the last of them.
  await vi.advanceTimersByTimeAsync(250);
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

type Given = ReturnType<typeof setUpPipeline>;

/** Takes a place and leaves the turn to the test. */
async function takeTurn(given: Given, more: Partial<Given["request"]> = {}): Promise<Turn> {
  const { pipeline, request, client } = given;
  return pipeline.withPlace({ ...request, ...more }, client.signal, (turn) =>
    Promise.resolve(turn),
  );
}

/** What is known of the model and the server afterwards. */
function verdictOf({ seen: { used, forgot, healthChecks } }: Given): string[] {
  const suspected = Array.from({ length: healthChecks }, () => "suspected");
  return [...used.map((m) => `used ${m}`), ...forgot.map((m) => `forgot ${m}`), ...suspected];
}

describe("a turn that ends", () => {
  it("whole gives its place back once, at the cost that the answer tells", async () => {
    const given = setUpPipeline();
    const turn = await takeTurn(given);
    await vi.advanceTimersByTimeAsync(70);
    turn.began(200);
    turn.record.usage = usageOf({ prompt_eval_duration: 2e7, eval_duration: 3e7 });
    turn.complete();
    turn.complete();
    turn.abandon();
    turn.fail(new Error("late"));
    given.client.leave();
    expect(given.seen.released).toEqual([["completed", 50]]);
    expect(turn.record.costMs).toBe(50);
    expect(given.left()).toEqual(NOTHING_LEFT);
    expect(verdictOf(given)).toEqual(["used m:latest"]);
  });

  it("costs what its place was held for where nothing is told", async () => {
    const given = setUpPipeline();
    const turn = await takeTurn(given);
    await vi.advanceTimersByTimeAsync(70);
    turn.began(200);
    turn.record.usage = usageOf({ eval_count: 5 });
    turn.complete();
    expect(given.seen.released).toEqual([["completed", 70]]);
  });

  it("costs what it took while the machine was awake, whatever the server's clock says", async () => {
    const { sleep, end } = steppedClock();
    const given = setUpPipeline();
    const turn = await takeTurn(given);
    await vi.advanceTimersByTimeAsync(40);
    sleep();
    await vi.advanceTimersByTimeAsync(30);
    turn.began(200);
    turn.record.usage = usageOf({ prompt_eval_duration: 2e7, eval_duration: 3 * 3600e9 });
    turn.complete();
    expect(given.seen.released).toEqual([["completed", 70]]);
    expect(turn.record.costMs).toBe(70);
    end();
  });

  it("costs what its prompt took where there is no generation", async () => {
    const given = setUpPipeline();
    const turn = await takeTurn(given);
    turn.began(200);
    turn.record.usage = usageOf({ prompt_eval_duration: 2e7 });
    turn.complete();
    expect(given.seen.released).toEqual([["completed", 20]]);
  });

  it("does not call off what is whole when it is abandoned then", async () => {
    const given = setUpPipeline();
    const turn = await takeTurn(given);
    turn.began(200);
    turn.complete();
    expect(turn.signal.aborted).toBe(false);
    turn.abandon();
    expect(verdictOf(given)).toEqual(["used m:latest"]);
    expect(given.queue.stats("text")).toMatchObject({ completed: 1, failed: 0 });
  });

  it("calls off what is under way when it has failed", async () => {
    const given = setUpPipeline();
    const turn = await takeTurn(given);
    const failure = turn.fail(new Error("reset"));
    expect(failure).toMatchObject({ code: "upstream_unavailable" });
    expect(failure.cause).toEqual(new Error("reset"));
    expect(turn.signal.reason).toBe(failure);
    expect(turn.fail(new Error("again"))).toBe(failure);
    expect(given.seen.released).toEqual([["failed", 0]]);
    expect(given.left()).toEqual(NOTHING_LEFT);
  });

  it.each([
    ["its client has left", new ClientLeft(), "failed"],
    ["it was stopped", new HardStop(1000), "timeout"],
    ["nobody waits", new NoWaiters(), "failed"],
  ] as const)(
    "since %s gives the place back at once, and says why",
    async (_why, reason, outcome) => {
      const given = setUpPipeline();
      const turn = await takeTurn(given);
      turn.began(200);
      await vi.advanceTimersByTimeAsync(30);
      given.client.signal.abort(reason);
      expect(given.seen.released).toEqual([[outcome, 30]]);
      // Whatever breaks then is not the server's fault.
      expect(turn.fail(new Error("reset"))).toBe(reason);
      expect(given.left()).toEqual(NOTHING_LEFT);
      expect(verdictOf(given)).toEqual(["used m:latest"]);
    },
  );

  it("since its place was taken back tells that, and gives nothing back twice", async () => {
    const given = setUpPipeline();
    const turn = await takeTurn(given);
    turn.heldBy("answer", () => false);
    given.place()?.revoke();
    expect(turn.signal.reason).toBeInstanceOf(PlaceLost);
    expect(turn.fail(new Error("reset"))).toBeInstanceOf(PlaceLost);
    expect(given.queue.stats("text")).toMatchObject({ in_progress: 0, failed: 1, completed: 0 });
    expect(given.left()).toEqual(NOTHING_LEFT);
  });

  it("before its place has come gives that back as it comes", async () => {
    const given = await setUpOccupied();
    const { pipeline, request, client, queue, place } = given;
    let isUsed = false;
    const asked = pipeline.withPlace(request, client.signal, async () => (isUsed = true));
    const failed = expect(asked).rejects.toBeInstanceOf(ClientLeft);
    await settled();
    place()?.release("completed");
    expect(queue.stats("text"), "it has a place, and has not heard of it").toMatchObject({
      in_progress: 1,
      queued: 0,
    });
    client.leave();
    await failed;
    expect(isUsed).toBe(false);
    expect(queue.stats("text")).toMatchObject({ in_progress: 0, completed: 1, failed: 1 });
    expect(given.left()).toEqual(NOTHING_LEFT);
  });

  it("is not stopped any more", async () => {
    const given = setUpPipeline();
    const turn = await takeTurn(given, { ageMs: undefined });
    turn.began(200);
    turn.complete();
    turn.stopAfter(10, 10);
    expect(given.deadlines.size).toBe(0);
    await vi.advanceTimersByTimeAsync(1000);
    expect(turn.signal.aborted).toBe(false);
  });
});

describe("what an answer says of its model and its server", () => {
  const REFUSED = '{"error":"no"}';

  it.each([
    ["a whole answer", 200, ["{}"], ["used m:latest"]],
    ["one that is broken off", 200, ['{"a', new Error("reset")], ["forgot m:latest", "suspected"]],
    ["no JSON", 200, ["<html>"], ["forgot m:latest", "suspected"]],
    ["a model that is not there", 404, [REFUSED], []],
    ["a request that is refused", 400, [REFUSED], []],
    ["a refusal that is broken off", 400, ['{"e', new Error("reset")], []],
    ["a server that is busy", 503, [REFUSED], ["forgot m:latest", "suspected"]],
    ["a server that fails", 500, [REFUSED], ["forgot m:latest", "suspected"]],
  ])("%s", async (_what, status, pieces, verdict) => {
    const given = setUpPipeline();
    const turn = await takeTurn(given);
    given.answer.resolve(answerOf(status, bodyOf(...pieces)));
    await whole(turn, await turn.call("/api/generate", "{}")).catch(() => {});
    expect(verdictOf(given)).toEqual(verdict);
    const [[outcome] = []] = given.seen.released;
    expect(outcome).toBe(verdict[0] === "used m:latest" ? "completed" : "failed");
    expect(given.left()).toEqual(NOTHING_LEFT);
  });

  it.each([400, 503])("an answer that is passed on whole with status %i", async (status) => {
    const given = setUpPipeline();
    const turn = await takeTurn(given);
    turn.began(status);
    turn.complete();
    expect(given.seen.released).toEqual([["failed", 0]]);
    expect(verdictOf(given)).toEqual(status === 400 ? [] : ["forgot m:latest", "suspected"]);
  });

  it.each([
    [new ServiceError("upstream_unavailable", "away"), ["forgot m:latest", "suspected"]],
    [new Error("odd"), ["forgot m:latest", "suspected"]],
    // The client's body stalled while it was sent.
    [new ServiceError("upload_stalled", "slow"), []],
  ])("no answer: %s", async (err, verdict) => {
    const given = setUpPipeline();
    const turn = await takeTurn(given);
    given.answer.reject(err);
    await expect(turn.call("/api/chat", "{}")).rejects.toThrow();
    expect(verdictOf(given)).toEqual(verdict);
    expect(given.seen.released).toEqual([["failed", 0]]);
  });

  it("an unload that is done, and one that fails", async () => {
    const unload = { hints: { kind: "generate", keepAlive: 0 } } as const;
    const given = setUpPipeline();
    const turn = await takeTurn(given, unload);
    turn.began(200);
    turn.complete();
    expect(verdictOf(given)).toEqual(["forgot m:latest"]);
    const refused = setUpPipeline();
    const other = await takeTurn(refused, unload);
    other.began(404);
    other.complete();
    expect(verdictOf(refused)).toEqual(["forgot m:latest"]);
  });

  it("nothing of an unload that was never sent", async () => {
    const given = setUpPipeline();
    const turn = await takeTurn(given, { hints: { kind: "generate", keepAlive: 0 } });
    turn.abandon();
    expect(verdictOf(given)).toEqual([]);
  });

  it("nothing, when it was called off before its answer", async () => {
    const given = setUpPipeline();
    const turn = await takeTurn(given);
    const called = expect(turn.call("/api/chat", "{}")).rejects.toBeInstanceOf(ClientLeft);
    await settled();
    given.client.leave();
    await called;
    expect(verdictOf(given)).toEqual([]);
    expect(given.seen.released).toEqual([["failed", 0]]);
  });
});
