import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ClientLeft, HardStop } from "../../../src/errors/abort-reasons.ts";
import { CallRecord } from "../../../src/inference/call-record.ts";
import { deferred } from "../../../src/runtime/deferred.ts";
import { Admission } from "../../../src/scheduling/admission.ts";
import { fakeClient } from "../../support/fake-client.ts";
import { setUpQueue } from "./queue-set-up.ts";

function setUp(
  ensureLoaded: (model: string) => number | Promise<number>,
  given: Parameters<typeof setUpQueue>[0] = {},
) {
  const { queue } = setUpQueue(given);
  const catalog = { isKnownMissing: (model: string) => model.startsWith("missing") };
  let loads = 0;
  const isLoading = (): boolean => (loads += 1) > 1;
  const admission = new Admission({
    queue,
    catalog,
    loadedModels: { ensureLoaded, isLoaded: () => false, isLoading },
  });
  const client = fakeClient();
  const request = {
    line: "text" as const,
    tenant: "a",
    model: "m",
    maxWaitMs: 1000,
    signal: client.signal,
    hints: { kind: "generate" as const },
  };
  return { queue, admission, client, request };
}

describe("Admission", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  it("tells how long the wait and the load took", async () => {
    const { admission, request, queue } = setUp(
      () => new Promise((resolve) => setTimeout(() => resolve(30), 40)),
    );
    const admitting = admission.admit(request);
    await vi.advanceTimersByTimeAsync(40);
    const first = await admitting;
    // What was waited counts, not what the load itself has taken.
    expect(first).toMatchObject({ place: { waitedMs: 0 }, loadMs: 40 });
    const second = admission.admit(request);
    await vi.advanceTimersByTimeAsync(70);
    first.place.release("completed");
    await vi.advanceTimersByTimeAsync(40);
    expect(await second).toMatchObject({ place: { waitedMs: 70 }, loadMs: 40 });
    (await second).place.release("failed");
    expect(queue.stats("text")).toMatchObject({ completed: 1, failed: 1, in_progress: 0 });
  });

  it("lets a model that is not there take no model's place, and loads nothing for it", async () => {
    const asked: string[] = [];
    const { admission, request } = setUp((model) => {
      asked.push(model);
      return 0;
    });
    const missing = await admission.admit({ ...request, model: "missing" });
    const there = await admission.admit(request);
    expect(asked).toEqual(["", "m"]);
    missing.place.release("completed");
    there.place.release("completed");
  });

  it("tells who waits for a load that was begun for another", async () => {
    const load = deferred<number>();
    const { admission, request } = setUp(() => load.promise, { modelParallel: 2 });
    const records = [new CallRecord(), new CallRecord()];
    const admitted = records.map(async (waiting) => admission.admit({ ...request, waiting }));
    load.resolve(900);
    for (const { place } of await Promise.all(admitted)) place.release("completed");
    expect(records.map(({ isLoadShared }) => isLoadShared)).toEqual([false, true]);
  });

  it("has a load charged once, and its time is no inference", async () => {
    const load = deferred<number>();
    const { admission, request, queue } = setUp(() => load.promise, { modelParallel: 2 });
    const charged = vi.spyOn(queue, "loaded");
    const admitted = [1, 2].map(async () => admission.admit(request));
    await vi.advanceTimersByTimeAsync(900);
    load.resolve(900);
    const places = (await Promise.all(admitted)).map(({ place }) => place);
    expect(charged.mock.calls).toEqual([["m", 900]]);
    await vi.advanceTimersByTimeAsync(50);
    for (const place of places) expect(place.workMs).toBe(50);
    for (const place of places) place.release("completed");
  });

  it("has a load charged to the client that leaves meanwhile, which still has its place", async () => {
    const { admission, request, client, queue } = setUp(() => deferred<number>().promise);
    const charged = vi
      .spyOn(queue, "loaded")
      .mockImplementation(() => expect(queue.stats("text").in_progress).toBe(1));
    const left = expect(admission.admit(request)).rejects.toBeInstanceOf(ClientLeft);
    await vi.advanceTimersByTimeAsync(700);
    client.leave();
    await left;
    expect(charged.mock.calls).toEqual([["m", 700]]);
  });

  it("asks for the model only once there is a place", async () => {
    let asked = 0;
    const { admission, request } = setUp(() => (asked += 1) - 1);
    const first = await admission.admit(request);
    const second = admission.admit(request);
    await vi.advanceTimersByTimeAsync(10);
    expect(asked).toBe(1);
    first.place.release("completed");
    (await second).place.release("completed");
    expect(asked).toBe(2);
  });

  it("gives the place back when the client leaves during the load, which goes on", async () => {
    const load = deferred<number>();
    const { admission, request, client, queue } = setUp(() => load.promise);
    const left = expect(admission.admit(request)).rejects.toBeInstanceOf(ClientLeft);
    await vi.advanceTimersByTimeAsync(0);
    client.leave();
    await left;
    expect(queue.stats("text")).toMatchObject({ in_progress: 0, failed: 1 });
    expect(client.listeners()).toBe(0);
    load.resolve(5);
  });

  it("gives the place back when the hard stop is reached during the load", async () => {
    const load = deferred<number>();
    const { admission, request, client, queue } = setUp(() => load.promise);
    const hard = new HardStop(1000);
    const stopped = expect(admission.admit(request)).rejects.toBe(hard);
    await vi.advanceTimersByTimeAsync(0);
    client.signal.abort(hard);
    await stopped;
    expect(queue.stats("text")).toMatchObject({ in_progress: 0, timeout: 1, failed: 0 });
    expect(client.listeners()).toBe(0);
  });

  it.each([
    ["throws", () => { throw new Error("odd"); }], // oxfmt-ignore
    ["fails", () => Promise.reject(new Error("odd"))],
  ])("gives the place back when the load %s", async (_case, ensureLoaded) => {
    const { admission, request, queue } = setUp(ensureLoaded);
    await expect(async () => admission.admit(request)).rejects.toThrow("odd");
    expect(queue.stats("text").in_progress).toBe(0);
  });
});
