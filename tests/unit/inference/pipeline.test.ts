import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ClientLeft } from "../../../src/errors/abort-reasons.ts";
import { ServiceError } from "../../../src/errors/service-error.ts";
import { lines, pieces, whole } from "../../../src/inference/answers.ts";
import type { InferenceRequest } from "../../../src/inference/pipeline.ts";
import type { Turn } from "../../../src/inference/turn.ts";
import { deferred } from "../../../src/runtime/deferred.ts";
import { unlessAborted } from "../../../src/runtime/unless-aborted.ts";
import type { Signal } from "../../../src/runtime/light-signal.ts";
import {
  answerOf,
  bodyOf,
  HARD_STOP_MS,
  NOTHING_LEFT,
  setUpOccupied,
  setUpPipeline,
  settled,
  silentBody,
  SWEEP_MS,
} from "./turn-set-up.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  // The sweep of the deadlines ends one round after the last of them.
  await vi.advanceTimersByTimeAsync(250);
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

type Given = ReturnType<typeof setUpPipeline>;

const answered = async (turn: Turn): Promise<unknown> =>
  whole(turn, await turn.call("/api/generate", "{}"));

/** How far a request comes that is called off. */
interface Stage {
  given: () => Promise<Given> | Given;
  more?: Partial<InferenceRequest>;
}

const never = (signal: Signal): Promise<void> => unlessAborted(deferred<void>().promise, signal);

const STAGES: [string, Stage][] = [
  ["preparing", { given: () => setUpPipeline(), more: { prepare: never } }],
  ["waiting", { given: setUpOccupied }],
  ["loading", { given: () => setUpPipeline({ loads: true }) }],
  ["calling", { given: () => setUpPipeline() }],
  [
    "reading",
    {
      given: () => setUpPipeline({ answers: (call) => answerOf(200, silentBody(call)) }),
    },
  ],
];

describe.each(STAGES)("a request that is called off while it is %s", (stage, about) => {
  const occupiedPlaces = stage === "waiting" ? 1 : 0;

  async function run(callOff: (given: Given) => unknown) {
    const given = await about.given();
    const { pipeline, request, client, queue } = given;
    const asked = pipeline.withPlace({ ...request, ...about.more }, client.signal, answered);
    const failure = asked.then(
      () => undefined,
      (err: unknown) => err,
    );
    await settled();
    await callOff(given);
    const err = await failure;
    expect(given.left()).toEqual([occupiedPlaces, 0, 0, 0]);
    expect(given.seen.calls.every(({ signal }) => signal.aborted)).toBe(true);
    given.place()?.release("completed");
    return { err, stats: queue.stats("text"), given };
  }

  it("ends at once when its client leaves", async () => {
    const { err, stats } = await run(({ client }) => client.leave());
    expect(err).toBeInstanceOf(ClientLeft);
    const failed = stage === "preparing" ? 0 : 1;
    expect(stats).toMatchObject({ failed, timeout: 0, completed: occupiedPlaces });
  });

  it("ends at its hard stop", async () => {
    const { err, stats, given } = await run(() =>
      vi.advanceTimersByTimeAsync(HARD_STOP_MS + SWEEP_MS),
    );
    expect(err).toMatchObject({ code: "request_timeout" });
    const timeout = stage === "preparing" ? 0 : 1;
    expect(stats).toMatchObject({ failed: 0, timeout, completed: occupiedPlaces });
    expect(given.seen.healthChecks).toBe(0);
  });
});

describe("the hard stop", () => {
  const never200 = (turn: Turn): Promise<unknown> => turn.call("/api/chat", "{}");

  it("counts what the request has lived before", async () => {
    const { pipeline, request, client } = setUpPipeline();
    const old = { ...request, ageMs: HARD_STOP_MS - 1000 };
    const stopped = expect(pipeline.withPlace(old, client.signal, never200)).rejects.toMatchObject({
      code: "request_timeout",
      message: "The request took longer than 5 s and was stopped",
    });
    await vi.advanceTimersByTimeAsync(1000 + SWEEP_MS);
    await stopped;
  });

  it("counts a load once, as time that passes like any other", async () => {
    const { pipeline, request, client, load, left } = setUpPipeline({ loads: true });
    let ended: unknown;
    const asked = pipeline
      .withPlace(request, client.signal, never200)
      .catch((err: unknown) => (ended = err));
    await vi.advanceTimersByTimeAsync(HARD_STOP_MS - 2000);
    load.resolve(HARD_STOP_MS - 2000);
    await vi.advanceTimersByTimeAsync(2000 - SWEEP_MS);
    expect(ended).toBeUndefined();
    await vi.advanceTimersByTimeAsync(2 * SWEEP_MS);
    await asked;
    expect(ended).toMatchObject({ code: "request_timeout" });
    expect(request.record.loadMs).toBe(HARD_STOP_MS - 2000);
    expect(left()).toEqual(NOTHING_LEFT);
  });

  it("counts a batch's item's load once, from its place", async () => {
    const { pipeline, request, client, load, left } = setUpPipeline({ loads: true });
    const item = { ...request, background: true, ageMs: 10 * HARD_STOP_MS };
    let ended: unknown;
    const asked = pipeline
      .withPlace(item, client.signal, never200)
      .catch((err: unknown) => (ended = err));
    await vi.advanceTimersByTimeAsync(HARD_STOP_MS - 2000);
    load.resolve(HARD_STOP_MS - 2000);
    await vi.advanceTimersByTimeAsync(2000 - SWEEP_MS);
    expect(ended).toBeUndefined();
    await vi.advanceTimersByTimeAsync(2 * SWEEP_MS);
    await asked;
    expect(ended).toMatchObject({ code: "request_timeout" });
    expect(left()).toEqual(NOTHING_LEFT);
  });

  it("does not count the load of one that is passed through", async () => {
    const { pipeline, request, client, load, queue } = setUpPipeline({ loads: true });
    const passed = { ...request, ageMs: undefined };
    const running = pipeline.withPlace(passed, client.signal, never200);
    const left = expect(running).rejects.toBeInstanceOf(ClientLeft);
    await vi.advanceTimersByTimeAsync(3 * HARD_STOP_MS);
    load.resolve(3 * HARD_STOP_MS);
    await vi.advanceTimersByTimeAsync(3 * HARD_STOP_MS);
    expect(queue.stats("text")).toMatchObject({ in_progress: 1, timeout: 0 });
    client.leave();
    await left;
  });

  it("stops one at once that is too old", async () => {
    const { pipeline, request, client, left } = setUpPipeline();
    const old = { ...request, ageMs: HARD_STOP_MS * 2 };
    const stopped = expect(pipeline.withPlace(old, client.signal, never200)).rejects.toMatchObject({
      code: "request_timeout",
    });
    await vi.advanceTimersByTimeAsync(SWEEP_MS);
    await stopped;
    expect(left()).toEqual(NOTHING_LEFT);
  });

  it("counts for a batch's item from its place", async () => {
    const given = await setUpOccupied();
    const { pipeline, request, client, place } = given;
    const item = { ...request, background: true };
    const stopped = expect(pipeline.withPlace(item, client.signal, never200)).rejects.toMatchObject(
      { code: "request_timeout" },
    );
    await vi.advanceTimersByTimeAsync(3 * HARD_STOP_MS);
    expect(given.queue.stats("text")).toMatchObject({ queued: 1, in_progress: 1 });
    place()?.release("completed");
    await vi.advanceTimersByTimeAsync(HARD_STOP_MS - SWEEP_MS);
    expect(given.queue.stats("text")).toMatchObject({ in_progress: 1, timeout: 0 });
    await vi.advanceTimersByTimeAsync(2 * SWEEP_MS);
    await stopped;
    expect(given.queue.stats("text")).toMatchObject({ in_progress: 0, timeout: 1 });
    expect(given.left()).toEqual(NOTHING_LEFT);
  });

  it("bounds only the wait of one that is passed through", async () => {
    const waiting = await setUpOccupied();
    const passed = { ...waiting.request, ageMs: undefined };
    const late = waiting.pipeline.withPlace(passed, waiting.client.signal, never200);
    const refused = expect(late).rejects.toMatchObject({ code: "request_timeout" });
    await vi.advanceTimersByTimeAsync(HARD_STOP_MS + SWEEP_MS);
    await refused;
    waiting.place()?.release("completed");

    const { pipeline, request, client, queue } = setUpPipeline();
    const running = pipeline.withPlace({ ...request, ageMs: undefined }, client.signal, never200);
    const left = expect(running).rejects.toBeInstanceOf(ClientLeft);
    await vi.advanceTimersByTimeAsync(10 * HARD_STOP_MS);
    expect(queue.stats("text")).toMatchObject({ in_progress: 1, timeout: 0 });
    client.leave();
    await left;
  });
});

describe("a request", () => {
  it("is not begun whose client has left, or for a server that is away", async () => {
    const { pipeline, request, client, left, seen } = setUpPipeline();
    client.leave();
    await expect(pipeline.withPlace(request, client.signal, answered)).rejects.toBeInstanceOf(
      ClientLeft,
    );
    expect([left(), seen.calls]).toEqual([NOTHING_LEFT, []]);
  });

  it("gives its place back when whatever uses it throws", async () => {
    const { pipeline, request, client, left, seen } = setUpPipeline();
    const odd = new Error("odd");
    await expect(
      pipeline.withPlace(request, client.signal, () => Promise.reject(odd)),
    ).rejects.toBe(odd);
    expect(seen.released).toEqual([["failed", 0]]);
    expect(seen, "it says nothing of the server").toMatchObject({ healthChecks: 0, forgot: [] });
    expect(left()).toEqual(NOTHING_LEFT);
  });

  it("takes no place past the queue, and ends as any other", async () => {
    const { pipeline, request, client, left, seen, queue, answer } = setUpPipeline();
    answer.resolve(answerOf(200, bodyOf("{}")));
    expect(await pipeline.withoutPlace(request, client.signal, answered)).toEqual({});
    expect(queue.stats("text").completed).toBe(0);
    expect(seen).toMatchObject({ used: ["m:latest"], released: [] });
    const away = new ServiceError("upstream_unavailable", "away");
    const failed = pipeline.withoutPlace(request, client.signal, () => Promise.reject(away));
    await expect(failed).rejects.toBe(away);
    expect(left()).toEqual(NOTHING_LEFT);
  });

  it("is not made past the queue to a model that can be given no work", async () => {
    const stuck = new ServiceError("upstream_unavailable", "it hangs");
    const { pipeline, request, client, left, seen } = setUpPipeline({
      assertWorks: (model) => {
        if (model === "m:latest") throw stuck;
      },
    });
    const refused = pipeline.withoutPlace(request, client.signal, answered);
    await expect(refused).rejects.toBe(stuck);
    expect([left(), seen.calls]).toEqual([NOTHING_LEFT, []]);
  });

  it("tells its record how long it waited and loaded, and when its body was sent", async () => {
    const { pipeline, request, client, load, answer } = setUpPipeline({ loads: true });
    const sent: string[] = [];
    const asked = pipeline.withPlace(
      { ...request, onSent: () => sent.push("sent") },
      client.signal,
      answered,
    );
    await vi.advanceTimersByTimeAsync(40);
    load.resolve(40);
    await vi.advanceTimersByTimeAsync(30);
    expect(sent, "the answer has not begun").toEqual([]);
    answer.resolve(answerOf(200, bodyOf('{"eval_count":5}')));
    await asked;
    expect(sent).toEqual(["sent"]);
    expect(request.record).toMatchObject({ queueMs: 0, loadMs: 40, firstMs: 30, bodyMs: 0 });
    expect(request.record.usage).toMatchObject({ outputTokens: 5 });
  });
});

describe("an answer that is read as it comes", () => {
  const DONE = '{"done":true,"prompt_eval_count":7,"eval_count":2}\n';

  it("counts its lines until the last one tells", async () => {
    const { pipeline, request, client, answer, left, seen } = setUpPipeline();
    answer.resolve(answerOf(200, bodyOf("{}\n", "{}\n", "{}\n", DONE)));
    const all = await pipeline.withPlace(request, client.signal, async (turn) =>
      lines(turn, await turn.call("/api/chat", "{}")),
    );
    const { record } = request;
    for (const count of [1, 2, 3]) {
      await all.next();
      expect(record.usage).toMatchObject({ outputTokens: count, isEstimated: true });
    }
    await all.next();
    expect(record.usage).toMatchObject({ inputTokens: 7, outputTokens: 2, isEstimated: false });
    await all.next();
    expect(seen.released).toEqual([["completed", 0]]);
    expect(left()).toEqual(NOTHING_LEFT);
  });

  it("has failed without its last line", async () => {
    const { pipeline, request, client, answer, left, seen } = setUpPipeline();
    answer.resolve(answerOf(200, bodyOf("{}\n")));
    const all = await pipeline.withPlace(request, client.signal, async (turn) =>
      lines(turn, await turn.call("/api/chat", "{}")),
    );
    await all.next();
    await expect(all.next()).rejects.toMatchObject({ code: "upstream_unavailable" });
    expect(seen).toMatchObject({
      healthChecks: 1,
      forgot: ["m:latest"],
      released: [["failed", 0]],
    });
    expect(left()).toEqual(NOTHING_LEFT);
  });

  it("is passed on whatever its status, and is estimated only where there was inference", async () => {
    for (const [status, outcome] of [
      [200, "completed"],
      [404, "failed"],
    ] as const) {
      // oxfmt-ignore
      const { pipeline, request, client, answer, left, seen } = setUpPipeline();
      answer.resolve(answerOf(status, bodyOf("ab", "cd")));
      const all = await pipeline.withPlace(request, client.signal, async (turn) =>
        pieces(turn, await turn.call("/api/chat", "{}"), 8),
      );
      const read: string[] = [];
      for await (const piece of all) read.push(String(piece));
      expect(read).toEqual(["ab", "cd"]);
      expect(request.record.usage?.inputTokens).toBe(status === 200 ? 2 : undefined);
      expect(seen.released).toEqual([[outcome, 0]]);
      expect(left()).toEqual(NOTHING_LEFT);
    }
  });

  it("is given up when its reader leaves early", async () => {
    const { pipeline, request, client, answer, left, seen } = setUpPipeline();
    answer.resolve(answerOf(200, bodyOf("ab", "cd")));
    const all = await pipeline.withPlace(request, client.signal, async (turn) =>
      pieces(turn, await turn.call("/api/chat", "{}"), 8),
    );
    for await (const _piece of all) break;
    expect(seen.released).toEqual([["failed", 0]]);
    expect(seen).toMatchObject({ used: ["m:latest"], healthChecks: 0 });
    expect(left()).toEqual(NOTHING_LEFT);
  });
});
