import { ModelUse } from "../../../src/models/memory/model-use.ts";
import { vi } from "vitest";
import { deferred, type Deferred } from "../../../src/runtime/deferred.ts";
import { CallRecord } from "../../../src/inference/call-record.ts";
import { InferencePipeline, type InferenceRequest } from "../../../src/inference/pipeline.ts";
import type { ModelCatalog } from "../../../src/models/catalog.ts";
import { Deadlines } from "../../../src/runtime/deadlines.ts";
import type { UpstreamAnswer, UpstreamCall } from "../../../src/http/transport.ts";
import { Admission, type Admitted } from "../../../src/scheduling/admission.ts";
import type { PlaceOutcome } from "../../../src/scheduling/place.ts";
import { fakeClient } from "../../support/fake-client.ts";
import { noLanes } from "../../support/no-lanes.ts";
import { fakeHost, setUpQueue } from "../scheduling/queue-set-up.ts";

export const HARD_STOP_MS = 5000;

/** The most that a deadline is late by. */
export const SWEEP_MS = 200;

interface Given {
  /** Loads are waited for until the test ends them. */
  loads?: boolean;
  /** Answers calls in place of the test. */
  answers?: (call: UpstreamCall) => UpstreamAnswer;
  /** Which models run elsewhere, and may be used. */
  catalog?: Pick<ModelCatalog, "assertAllowed" | "isRemote">;
  /** Throws for models that can be given no work. */
  assertWorks?: (model: string) => void;
}

const ALL_HERE = { assertAllowed: () => {}, isRemote: () => false };

/** A pipeline with one place, before a server that the test plays. */
export function setUpPipeline({
  loads = false,
  answers,
  catalog = ALL_HERE,
  assertWorks = () => {},
}: Given = {}) {
  const seen = {
    calls: [] as UpstreamCall[],
    used: [] as string[],
    forgot: [] as string[],
    healthChecks: 0,
    /** How each place was given back, and at what cost. */
    released: [] as [PlaceOutcome, number | undefined][],
  };
  const host = { ...fakeHost, checkHealth: () => void (seen.healthChecks += 1) };
  const { queue, held } = setUpQueue({ host });
  const load = deferred<number>();
  const answer = deferred<UpstreamAnswer>();
  const deadlines = new Deadlines();
  const modelUse = new ModelUse();
  const admission = new Admission({
    queue,
    catalog: { isKnownMissing: () => false },
    loadedModels: {
      ensureLoaded: () => (loads ? load.promise : 0),
      isLoaded: () => false,
      isLoading: () => false,
    },
  });
  const watched = (admitted: Admitted): Admitted => {
    const { place } = admitted;
    const release = place.release.bind(place);
    place.release = (outcome, costMs) => {
      seen.released.push([outcome, costMs]);
      release(outcome, costMs);
    };
    return admitted;
  };
  const pipeline = new InferencePipeline({
    admission: {
      admit: (...asked) => {
        const admitted = admission.admit(...asked);
        return admitted instanceof Promise ? admitted.then(watched) : watched(admitted);
      },
    },
    catalog,
    modelUse,
    stuckModels: { assertWorks },
    lanes: noLanes,
    loadedModels: {
      used: (model) => void seen.used.push(model),
      forget: (model) => void seen.forgot.push(model),
    },
    transport: {
      call: (call) => {
        seen.calls.push(call);
        if (answers) return Promise.resolve(answers(call));
        return unlessCalledOff(answer, call);
      },
    },
    host,
    deadlines,
    room: { assertFits: () => undefined },
    hardStopMs: { text: HARD_STOP_MS, vision: HARD_STOP_MS },
  });
  const client = fakeClient();
  const request: InferenceRequest = {
    line: "text",
    tenant: "acme",
    model: "M",
    hints: { kind: "generate" },
    ageMs: 0,
    record: new CallRecord(),
  };
  return {
    pipeline,
    queue,
    deadlines,
    seen,
    modelUse,
    client,
    request,
    load,
    answer,
    /** The place that is held. */
    place: () => held()[0],
    /** Places, requests that wait, deadlines and listeners that are left. */
    left: () => {
      const { in_progress, queued } = queue.stats("text");
      return [in_progress, queued, deadlines.size, client.listeners()];
    },
  };
}

export const NOTHING_LEFT = [0, 0, 0, 0];

/** The same, of which the one place is taken. */
export async function setUpOccupied(more: Given = {}): Promise<ReturnType<typeof setUpPipeline>> {
  const given = setUpPipeline(more);
  const { pipeline, request } = given;
  const { signal } = new AbortController();
  await pipeline.withPlace({ ...request, ageMs: undefined }, signal, (turn) =>
    Promise.resolve(turn),
  );
  return given;
}

/** A transport's promise of an answer: none when it is called off. */
function unlessCalledOff(answer: Deferred<UpstreamAnswer>, { signal }: UpstreamCall) {
  return new Promise<UpstreamAnswer>((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    answer.promise.then(resolve, reject);
  });
}

/** An answer with this body. */
export function answerOf(status: number, body: AsyncIterable<Uint8Array>): UpstreamAnswer {
  return { status, contentType: "application/json", body, isBeingRead: () => true };
}

/** A body of these pieces; an Error among them breaks it off. */
export async function* bodyOf(...pieces: (string | Error)[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    if (piece instanceof Error) throw piece;
    yield Buffer.from(piece);
  }
}

/** A body that says nothing until its call is called off. */
export async function* silentBody({ signal }: Pick<UpstreamCall, "signal">) {
  yield Buffer.from('{"response":"a"}\n');
  await new Promise<void>((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  throw signal.reason;
}

/** Lets everything happen that waits for no timer. */
export const settled = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);
