import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { deferred } from "../../../src/runtime/deferred.ts";
import { Place } from "../../../src/scheduling/place.ts";
import { PlaceWatch } from "../../../src/scheduling/place-watch.ts";
import { fakeHost } from "./queue-set-up.ts";

const SWEEP_MS = 1000;

function setUp() {
  const faults: Place[] = [];
  const outcomes: string[] = [];
  const watch = new PlaceWatch({ onFault: (place) => void faults.push(place), sweepMs: SWEEP_MS });
  const take = (): Place => {
    const place: Place = new Place({
      host: fakeHost,
      label: { line: "text", tenant: "acme", model: "m:latest" },
      waitedMs: 0,
      onRelease: (outcome) => {
        outcomes.push(outcome);
        watch.forget(seat);
      },
    });
    const seat = watch.add(place);
    return place;
  };
  return { take, faults, outcomes };
}

describe("PlaceWatch", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    expect(vi.getTimerCount(), "the sweep ends when nothing is held").toBe(0);
    vi.useRealTimers();
  });

  it("leaves a place alone for as long as its owner lives", async () => {
    const { take, faults, outcomes } = setUp();
    const place = take();
    const load = deferred<void>();
    const loaded = place.during("load", load.promise);
    await vi.advanceTimersByTimeAsync(60 * 60_000);
    load.resolve();
    await loaded;
    let isOpen = true;
    place.ownedBy("answer", () => isOpen);
    await vi.advanceTimersByTimeAsync(60 * 60_000);
    expect([faults, outcomes]).toEqual([[], []]);
    isOpen = false;
    place.release("completed");
    await vi.advanceTimersByTimeAsync(3 * SWEEP_MS);
    expect([faults, outcomes]).toEqual([[], ["completed"]]);
  });

  it("gives back what nobody owns any more, and says what it was held for", async () => {
    const { take, faults, outcomes } = setUp();
    const place = take();
    let stopped = 0;
    await place.during("load", Promise.resolve());
    place.ownedBy(
      "answer",
      () => false,
      () => (stopped += 1),
    );
    await vi.advanceTimersByTimeAsync(SWEEP_MS);
    expect(outcomes, "one sweep may fall between two owners").toEqual([]);
    await vi.advanceTimersByTimeAsync(SWEEP_MS);
    expect(outcomes).toEqual(["failed"]);
    expect(stopped).toBe(1);
    expect(faults).toEqual([place]);
    expect(place.history).toEqual(["0 ms: load", "0 ms: answer"]);
    place.release("completed");
    await vi.advanceTimersByTimeAsync(SWEEP_MS);
    expect(outcomes, "it is given back once").toEqual(["failed"]);
  });

  it("begins to doubt anew when a place has found an owner in between", async () => {
    const { take, faults } = setUp();
    const place = take();
    await vi.advanceTimersByTimeAsync(SWEEP_MS);
    let isOpen = true;
    place.ownedBy("call", () => isOpen);
    await vi.advanceTimersByTimeAsync(SWEEP_MS);
    isOpen = false;
    await vi.advanceTimersByTimeAsync(SWEEP_MS);
    expect(faults).toEqual([]);
    await vi.advanceTimersByTimeAsync(SWEEP_MS);
    expect(faults).toEqual([place]);
    await vi.advanceTimersByTimeAsync(SWEEP_MS);
  });

  it("holds a place until its work has failed, too", async () => {
    const { take, outcomes } = setUp();
    const place = take();
    const work = deferred<void>();
    const done = expect(place.during("images", work.promise)).rejects.toThrow("broken");
    await vi.advanceTimersByTimeAsync(5 * SWEEP_MS);
    expect(outcomes).toEqual([]);
    work.reject(new Error("broken"));
    await done;
    await vi.advanceTimersByTimeAsync(2 * SWEEP_MS);
    expect(outcomes).toEqual(["failed"]);
    await vi.advanceTimersByTimeAsync(SWEEP_MS);
  });
});
