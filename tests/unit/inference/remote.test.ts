import { expect, it } from "vitest";
import { ServiceError } from "../../../src/errors/service-error.ts";
import { whole } from "../../../src/inference/answers.ts";
import type { Turn } from "../../../src/inference/turn.ts";
import { deferred } from "../../../src/runtime/deferred.ts";
import { answerOf, bodyOf, NOTHING_LEFT, setUpOccupied, setUpPipeline } from "./turn-set-up.ts";

const REMOTE = { model: "big:cloud" };
const isBig = (model: string): boolean => model === REMOTE.model;
const allowed = { assertAllowed: () => {}, isRemote: isBig };

const answered = async (turn: Turn): Promise<unknown> =>
  whole(turn, await turn.call("/api/generate", "{}"));

it("is called past those that wait for a place, and nothing counts as loaded or used", async () => {
  const here = deferred<Turn>();
  const given = await setUpOccupied({
    catalog: {
      ...allowed,
      isRemote: (model) => isBig(model) && given.queue.stats("text").in_progress > 0,
    },
    answers: () => answerOf(200, bodyOf("{}")),
  });
  const { pipeline, request, client, seen, queue } = given;
  const waiting = pipeline.withPlace(request, client.signal, async (turn) => here.resolve(turn));
  await pipeline.withPlace({ ...request, ...REMOTE }, client.signal, answered);
  expect(queue.stats("text")).toMatchObject({ in_progress: 1, queued: 1 });
  expect([seen.calls.length, seen.used, seen.forgot]).toEqual([1, [], []]);
  expect(request.record).toMatchObject({ queueMs: 0, loadMs: 0 });
  client.leave();
  await expect(waiting).rejects.toBe(client.signal.reason);
});

it("is refused where the list of models tells only now that it runs elsewhere", async () => {
  const refusal = new ServiceError("model_not_allowed", "no");
  const given = setUpPipeline({
    catalog: {
      isRemote: () => Promise.resolve(true),
      assertAllowed: () => {
        throw refusal;
      },
    },
  });
  const asked = given.pipeline.withPlace(given.request, given.client.signal, answered);
  await expect(asked).rejects.toBe(refusal);
  expect(given.seen.calls).toEqual([]);
  expect(given.left()).toEqual(NOTHING_LEFT);
});

it("puts the blame for a failure elsewhere, and for no answer on the server", async () => {
  const failing = setUpPipeline({
    catalog: allowed,
    answers: () => answerOf(502, bodyOf('{"error":"away"}')),
  });
  const { pipeline, request, client } = failing;
  await expect(
    pipeline.withPlace({ ...request, ...REMOTE }, client.signal, answered),
  ).rejects.toMatchObject({ status: 503 });
  expect(failing.seen.healthChecks).toBe(0);
  const away = setUpPipeline({ catalog: allowed });
  const asked = away.pipeline.withPlace(
    { ...away.request, ...REMOTE },
    away.client.signal,
    answered,
  );
  away.answer.reject(new ServiceError("upstream_unavailable", "refused"));
  await expect(asked).rejects.toMatchObject({ code: "upstream_unavailable" });
  expect(away.seen.healthChecks).toBe(1);
});

it("does not wait for the list of models when its client has left", async () => {
  const given = setUpPipeline({
    catalog: { ...allowed, isRemote: () => deferred<boolean>().promise },
  });
  const asked = given.pipeline.withPlace(given.request, given.client.signal, answered);
  given.client.leave();
  await expect(asked).rejects.toBe(given.client.signal.reason);
  expect(given.left()).toEqual(NOTHING_LEFT);
});
